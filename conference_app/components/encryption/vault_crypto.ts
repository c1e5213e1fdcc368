/** How an account's master key is locked and opened: by a password, a passkey's secret or a recovery phrase. */
import { type Bytes, copied, fromB64, joined, pack, randomBytes, sha256, toB64, utf8 } from "../../room/encryption/bytes";

export type WrapKind = "password" | "passkey" | "phrase";

/** The master key, locked in one way: as the server keeps it. Bytes are base64url. */
export interface Wrap {
  kind: WrapKind;
  passkey_id: string;
  salt: string;
  rounds: number;
  wrapped: string;
}

export const MASTER_BYTES = 32;
/** Of PBKDF2-SHA-256, for wraps made here. */
export const ROUNDS = 600_000;
/** Wraps with more are not opened: the server could keep a browser busy for hours. */
const MOST_ROUNDS = 10_000_000;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const ID_BYTES = 16;
const AES = { name: "AES-GCM", length: 256 };

export const newMaster = (): Bytes => randomBytes(MASTER_BYTES);

/** Names a master key without giving anything of it away. */
export async function vaultIdOf(master: Bytes): Promise<string> {
  return toB64((await sha256(pack("conference_app/vault-id/v1", master))).slice(0, ID_BYTES));
}

/** What a passkey is asked to compute its secret from. */
export const prfInput = (): Promise<Bytes> => sha256(utf8("conference_app/prf/v1"));

/** Slow on purpose; meant for a worker. `typed` is a PBKDF2 key. */
export function passwordKey(typed: CryptoKey, salt: Bytes, rounds: number): Promise<CryptoKey> {
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(algorithm, typed, AES, false, ["encrypt", "decrypt"]);
}

/** `secret` is an HKDF key of a passkey's PRF output. */
export function passkeyKey(secret: CryptoKey): Promise<CryptoKey> {
  return hkdfKey(secret, "conference_app/passkey/v1");
}

/** `entropy` is what the phrase's twelve words say: 16 bytes. */
export async function phraseKey(entropy: Bytes): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", entropy, "HKDF", false, ["deriveKey"]);
  return hkdfKey(secret, "conference_app/phrase/v1");
}

function hkdfKey(secret: CryptoKey, info: string): Promise<CryptoKey> {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) };
  return crypto.subtle.deriveKey(algorithm, secret, AES, false, ["encrypt", "decrypt"]);
}

/** Whose key it is, and which: a wrap opens only where it belongs. */
export interface Owner {
  account: string;
  vaultId: string;
}

const locking = ({ account, vaultId }: Owner, kind: WrapKind, nonce: Bytes) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: pack("conference_app/wrap/v1", account, vaultId, kind),
});

async function locked(owner: Owner, kind: WrapKind, key: CryptoKey, master: Bytes): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt(locking(owner, kind, nonce), key, master);
  return toB64(joined(nonce, new Uint8Array(sealed)));
}

/** Null where `key` does not open it, or where it holds another key than the vault's. */
export async function opened(owner: Owner, wrap: Wrap, key: CryptoKey): Promise<Bytes | null> {
  const bytes = fromB64(wrap.wrapped);
  if (!bytes) return null;
  try {
    const algorithm = locking(owner, wrap.kind, bytes.slice(0, NONCE_BYTES));
    const master = copied(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.slice(NONCE_BYTES))));
    return (await vaultIdOf(master)) === owner.vaultId ? master : null;
  } catch {
    return null;
  }
}

export type PasswordKeyMaker = typeof passwordKey;

/** Null for a wrap of another kind and for rounds that nobody of ours asks for. */
export async function openedByPassword(owner: Owner, wrap: Wrap, typed: CryptoKey, derive: PasswordKeyMaker): Promise<Bytes | null> {
  const salt = fromB64(wrap.salt, SALT_BYTES);
  if (wrap.kind !== "password" || !salt || wrap.rounds < ROUNDS || wrap.rounds > MOST_ROUNDS) return null;
  return opened(owner, wrap, await derive(typed, salt, wrap.rounds));
}

export async function passwordWrap(owner: Owner, master: Bytes, typed: CryptoKey, derive: PasswordKeyMaker): Promise<Wrap> {
  const salt = randomBytes(SALT_BYTES);
  const wrapped = await locked(owner, "password", await derive(typed, salt, ROUNDS), master);
  return { kind: "password", passkey_id: "", salt: toB64(salt), rounds: ROUNDS, wrapped };
}

export async function passkeyWrap(owner: Owner, master: Bytes, secret: CryptoKey, passkeyId: string): Promise<Wrap> {
  const wrapped = await locked(owner, "passkey", await passkeyKey(secret), master);
  return { kind: "passkey", passkey_id: passkeyId, salt: "", rounds: 0, wrapped };
}

export async function phraseWrap(owner: Owner, master: Bytes, entropy: Bytes): Promise<Wrap> {
  const wrapped = await locked(owner, "phrase", await phraseKey(entropy), master);
  return { kind: "phrase", passkey_id: "", salt: "", rounds: 0, wrapped };
}
