/** Bytes as signatures, keys and JSON need them: packing, base64url, hashes, HKDF. */

/** What WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return new Uint8Array(ENCODER.encode(text));
}

/** Raises TypeError when the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

/** A copy in a buffer of its own. */
export function copied(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

export function joined(...parts: ReadonlyArray<Uint8Array>): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whether both hold the same; not for secrets: it stops at the first difference. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/**
 * What is signed or derived from: the label and each field after its length (4 bytes, big-endian), so that no two lists
 * of fields give the same bytes. Strings are UTF-8, integers decimal.
 */
export function pack(label: string, ...fields: ReadonlyArray<string | number | Uint8Array>): Bytes {
  const parts = [label, ...fields].flatMap((field) => {
    const bytes = field instanceof Uint8Array ? field : utf8(String(field));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    return [length, bytes];
  });
  return joined(...parts);
}

/** Base64url without padding, RFC 4648 section 5. */
export function toB64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Of exactly one spelling; null for anything else, and unless it has `length` bytes when that is given. */
export function fromB64(text: unknown, length?: number): Bytes | null {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (length !== undefined && bytes.length !== length) return null;
  return toB64(bytes) === text ? bytes : null;
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export async function sha512(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
}

/** HKDF with SHA-256 and an empty salt, RFC 5869; `length` in bytes. */
export async function hkdf(secret: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}
