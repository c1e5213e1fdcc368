import { expect, test } from "bun:test";

import { OwnSeal } from "../../../../conference_app/room/encryption/frames/ownSeal";

async function material(byte: number): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new Uint8Array(32).fill(byte), "HKDF", false, ["deriveKey"]);
}

const HKDF = { name: "HKDF", salt: new Uint8Array(), hash: "SHA-256", info: new Uint8Array() };
const AES = { name: "AES-GCM", length: 128 };

test("what comes from the own material seals, and says when it begins; what comes from another's does not", async () => {
  const { subtle } = crypto;
  const guarded = { encrypt: subtle.encrypt.bind(subtle), deriveKey: subtle.deriveKey.bind(subtle) } as Pick<SubtleCrypto, "encrypt" | "deriveKey">;
  let begun = 0;
  const seal = new OwnSeal(() => void (begun += 1));
  seal.guard(guarded);
  const [own, anothers] = [await material(1), await material(2)];
  seal.own(own);
  const derive = (from: CryptoKey) => guarded.deriveKey(HKDF, from, AES, false, ["encrypt", "decrypt"]);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
  const sealed = async (key: CryptoKey) => (await guarded.encrypt(algorithm, key, new Uint8Array([1]))).byteLength;
  const first = await derive(own);
  expect(begun).toBe(0);
  expect([await sealed(first), await sealed(first), begun]).toEqual([17, 17, 1]);
  expect([await sealed(await derive(own)), begun]).toEqual([17, 2]);
  expect(sealed(await derive(anothers))).rejects.toThrow("not our key");
  expect(begun).toBe(2);
});
