/** Ed25519 (RFC 8032) by WebCrypto, with raw keys: 32 bytes of seed, 32 bytes of public key. */
import { ed25519 } from "@noble/curves/ed25519.js";

import { type Bytes, copied, joined, randomBytes } from "./bytes";

const SEED_BYTES = 32;
export const PUBLIC_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** What stands before a raw seed in PKCS #8, RFC 8410 section 7. */
const PKCS8 = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

export interface KeyPair {
  seed: Bytes;
  publicKey: Bytes;
}

/** WebCrypto gives no public key for a seed; @noble/curves does. */
export function keyPairOf(seed: Bytes): KeyPair {
  return { seed, publicKey: copied(ed25519.getPublicKey(seed)) };
}

export function newKeyPair(): KeyPair {
  return keyPairOf(randomBytes(SEED_BYTES));
}

export async function sign(seed: Bytes, message: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("pkcs8", joined(PKCS8, seed), "Ed25519", false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, message));
}

/** Whether `signature` is by the holder of `publicKey`; a malformed key or signature is a wrong one. */
export async function isSigned(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  if (publicKey.length !== PUBLIC_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return false;
  }
}
