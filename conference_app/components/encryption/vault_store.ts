/**
 * What a browser keeps of the key vault, in IndexedDB: nothing that a copy of the profile's text would give away.
 *
 * An account's master key is sealed by a key that stands beside it and that no script can read out. What was just proven
 * (a typed password, a passkey's secret) lies here as a key that only derives, for some minutes: from the page where it
 * was typed to the page that opens the vault with it.
 */
import { type Bytes, copied, pack, randomBytes } from "../../room/encryption/bytes";

/** How long a proof is kept, in milliseconds. */
export const PROOF_LIFE_MS = 10 * 60_000;
const NONCE_BYTES = 12;

/** A password as it was typed: a key for PBKDF2. */
export interface TypedPassword {
  key: CryptoKey;
  /** Whether the server has taken it: only then a wrap is made with it. */
  isRight: boolean;
}

/** The PRF output of the passkey just used: a key for HKDF. */
export interface PasskeyProof {
  /** Base64url of the credential's id. */
  credential: string;
  key: CryptoKey;
}

export interface Proofs {
  password: TypedPassword | null;
  passkey: PasskeyProof | null;
}

/** What the vault needs of a browser. */
export interface VaultStore {
  master: (account: string) => Promise<Bytes | null>;
  keep: (account: string, master: Bytes) => Promise<void>;
  proofs: () => Promise<Proofs>;
  dropProofs: () => Promise<void>;
}

const PUT_OFF = "put off ";

/** Whether the person has put off writing a recovery phrase down, in this browser. */
export const hasPutOff = async (account: string): Promise<boolean> => (await read(MASTERS, PUT_OFF + account)) === true;
export const putOff = (account: string) => write(MASTERS, PUT_OFF + account, true);

interface Sealed {
  key: CryptoKey;
  nonce: Bytes;
  sealed: ArrayBuffer;
}

const NAME = "parley_keys";
const MASTERS = "masters";
const PROOFS = "proofs";
type Table = typeof MASTERS | typeof PROOFS;

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => [MASTERS, PROOFS].forEach((table) => asked.result.createObjectStore(table));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

/** Runs `act` on a table, and gives its result once all of it is written. */
async function within<T>(table: Table, mode: IDBTransactionMode, act: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((done, fail) => {
      const work = db.transaction(table, mode);
      const asked = act(work.objectStore(table));
      work.oncomplete = () => done(asked.result);
      work.onabort = work.onerror = () => fail(work.error);
    });
  } finally {
    db.close();
  }
}

const read = <T>(table: Table, key: string) => within<T | undefined>(table, "readonly", (rows) => rows.get(key));
const write = (table: Table, key: string, value: unknown) => within(table, "readwrite", (rows) => rows.put(value, key));
const remove = (table: Table, key: string) => within(table, "readwrite", (rows) => rows.delete(key));
const clear = (table: Table) => within(table, "readwrite", (rows) => rows.clear());

const sealing = (nonce: Bytes, account: string) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: pack("conference_app/sealed-master/v1", account),
});

async function keep(account: string, master: Bytes): Promise<void> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt(sealing(nonce, account), key, master);
  await write(MASTERS, account, { key, nonce, sealed } satisfies Sealed);
}

async function master(account: string): Promise<Bytes | null> {
  const kept = await read<Sealed>(MASTERS, account);
  if (!kept) return null;
  return copied(new Uint8Array(await crypto.subtle.decrypt(sealing(kept.nonce, account), kept.key, kept.sealed)));
}

type Timed<T> = T & { at: number };

async function fresh<T>(name: string): Promise<Timed<T> | null> {
  const kept = await read<Timed<T>>(PROOFS, name);
  return kept && Math.abs(Date.now() - kept.at) < PROOF_LIFE_MS ? kept : null;
}

/** This browser's own. */
export const browserStore: VaultStore = {
  master,
  keep,
  proofs: async () => ({ password: await fresh<TypedPassword>("password"), passkey: await fresh<PasskeyProof>("passkey") }),
  dropProofs: () => clear(PROOFS),
};

/** Keep what was typed as a password until the server has said whether it is right. The last try counts. */
export async function rememberTyped(password: string): Promise<void> {
  const bytes = new TextEncoder().encode(password);
  const key = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]);
  await write(PROOFS, "password", { key, isRight: false, at: Date.now() });
}

/** The server took what was typed. */
export async function confirmTyped(): Promise<void> {
  const typed = await fresh<TypedPassword>("password");
  if (typed) await write(PROOFS, "password", { ...typed, isRight: true });
}

/** Keep a passkey's secret. What was typed as a password before was not what signed in. */
export async function rememberPasskey(credential: string, secret: BufferSource): Promise<void> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  await remove(PROOFS, "password");
  await write(PROOFS, "passkey", { credential, key, at: Date.now() });
}

/** Forget everything: the person signs out on purpose. */
export async function forgetAll(): Promise<void> {
  await clear(MASTERS);
  await clear(PROOFS);
}
