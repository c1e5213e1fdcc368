import { expect, test } from "bun:test";

import { OwnSeal } from "../../../../conference_app/room/encryption/frames/ownSeal";

async function material(byte: number): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new Uint8Array(32).fill(byte), "HKDF", false, ["deriveKey"]);
}

const HKDF = { name: "HKDF", salt: new Uint8Array(), hash: "SHA-256", info: new Uint8Array() };
const AES = { name: "AES-GCM", length: 128 };

test("what comes from the own material seals, what comes from another's does not", async () => {
  const { subtle } = crypto;
  const guarded = { encrypt: subtle.encrypt.bind(subtle), deriveKey: subtle.deriveKey.bind(subtle) } as Pick<SubtleCrypto, "encrypt" | "deriveKey">;
  const seal = new OwnSeal();
  seal.guard(guarded);
  const [own, anothers] = [await material(1), await material(2)];
  seal.own(own);
  const derive = (from: CryptoKey) => guarded.deriveKey(HKDF, from, AES, false, ["encrypt", "decrypt"]);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
  expect((await guarded.encrypt(algorithm, await derive(own), new Uint8Array([1]))).byteLength).toBe(17);
  expect(guarded.encrypt(algorithm, await derive(anothers), new Uint8Array([1]))).rejects.toThrow("not our key");
});
