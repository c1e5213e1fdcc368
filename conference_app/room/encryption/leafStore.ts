/**
 * Keeps a tab's leaf key over a reload, so that whoever comes back takes their own leaf again.
 *
 * In IndexedDB, sealed by a key that no script can read out; nothing of the group's state is kept, as a state that went
 * back in time would fork its owner. Only the worker opens it.
 */
import { type Bytes, copied, randomBytes } from "./bytes";
import { type KeyPair, keyPairOf, newKeyPair } from "./ed25519";

const DATABASE = "parley_room_keys";
const TABLE = "leaves";
const NONCE_BYTES = 12;
/** A leaf that nobody came back for is forgotten after a day, in milliseconds. */
const KEPT_MS = 86_400_000;
/** A reloaded page's worker may outlive it for a moment, in milliseconds. */
const LOCK_MS = 2000;

export interface SealedLeaf {
  place: string;
  key: CryptoKey;
  nonce: Bytes;
  sealed: Bytes;
  /** Milliseconds since 1970. */
  at: number;
}

export async function sealLeaf(place: string, { seed }: KeyPair, at: number): Promise<SealedLeaf> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = copied(new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, seed)));
  return { place, key, nonce, sealed, at };
}

/** Raises OperationError when it was altered. */
export async function openLeaf({ key, nonce, sealed }: SealedLeaf): Promise<KeyPair> {
  return keyPairOf(copied(new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed))));
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function table(): Promise<IDBObjectStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, { keyPath: "place" });
  return (await answer(opening)).transaction(TABLE, "readwrite").objectStore(TABLE);
}

async function forgetOld(now: number): Promise<void> {
  const rows = await table();
  for (const row of (await answer(rows.getAll())) as SealedLeaf[]) if (now - row.at > KEPT_MS) rows.delete(row.place);
}

/** Whether the place is ours for the rest of this worker's life; a copied tab has the same and does not get it. */
function hold(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { signal: AbortSignal.timeout(LOCK_MS) };
    const held = () => {
      resolve(true);
      return new Promise<void>(() => {});
    };
    navigator.locks.request(`${DATABASE}/${place}`, options, held).catch(() => resolve(false));
  });
}

async function kept(place: string, now: number): Promise<KeyPair | null> {
  await forgetOld(now);
  const row = (await answer((await table()).get(place))) as SealedLeaf | undefined;
  return row ? openLeaf(row) : null;
}

/** The leaf of this tab's place. Where a browser keeps nothing, a new one that lasts until the page is left. */
export async function leafFor(place: string, now = Date.now()): Promise<KeyPair> {
  try {
    if (!(await hold(place))) return newKeyPair();
    const leaf = (await kept(place, now)) ?? newKeyPair();
    const row = await sealLeaf(place, leaf, now);
    await answer((await table()).put(row));
    return leaf;
  } catch {
    return newKeyPair();
  }
}
