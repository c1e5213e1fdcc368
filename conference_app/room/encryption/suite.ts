/**
 * MLS's cipher suite 1 with HKDF and SHA-256 by @noble/hashes instead of WebCrypto.
 *
 * ts-mls 1.6.4 derives the whole secret tree in each epoch, thousands of tiny operations; as asynchronous calls of
 * WebCrypto they take most of the time, as plain functions a fraction of it.
 */
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type CiphersuiteImpl, getCiphersuiteFromName, getCiphersuiteImpl, type Hash, type Kdf } from "ts-mls";

import { SUITE } from "./policy";

const kdf: Kdf = {
  extract: async (salt, secret) => extract(sha256, secret, salt),
  expand: async (key, info, length) => expand(sha256, key, info, length),
  size: 32,
};

/** Compares all bytes whatever they are. */
function isEqualInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) difference |= a[index] ^ b[index];
  return difference === 0;
}

const hash: Hash = {
  digest: async (data) => sha256(data),
  mac: async (key, data) => hmac(sha256, key, data),
  verifyMac: async (key, mac, data) => isEqualInConstantTime(hmac(sha256, key, data), mac),
};

async function make(): Promise<CiphersuiteImpl> {
  return { ...(await getCiphersuiteImpl(getCiphersuiteFromName(SUITE))), kdf, hash };
}

let made: Promise<CiphersuiteImpl> | undefined;

/** The one suite that all groups use. */
export function suite(): Promise<CiphersuiteImpl> {
  made ??= make();
  return made;
}
