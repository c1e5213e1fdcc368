import { expect, test } from "bun:test";

import { Tally, tallyDecryption } from "../../../../conference_app/room/encryption/frames/tally";

async function material(byte: number): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new Uint8Array(32).fill(byte), "HKDF", false, ["deriveKey"]);
}

const derive = (subtle: Pick<SubtleCrypto, "deriveKey">, from: CryptoKey) =>
  subtle.deriveKey(
    { name: "HKDF", salt: new Uint8Array(), hash: "SHA-256", info: new Uint8Array() },
    from,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );

function watched() {
  const { subtle } = crypto;
  const own = { decrypt: subtle.decrypt.bind(subtle), deriveKey: subtle.deriveKey.bind(subtle) } as Pick<SubtleCrypto, "decrypt" | "deriveKey">;
  const tally = new Tally();
  tallyDecryption(own, tally);
  return { own, tally };
}

test("what opens and what does not is counted for the sender of the key, once", async () => {
  const { own, tally } = watched();
  const from = await material(1);
  tally.name(from, "ann");
  const key = await derive(own, from);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
  const frame = await crypto.subtle.encrypt(algorithm, key, new Uint8Array([1]));
  await own.decrypt(algorithm, key, frame);
  expect(own.decrypt(algorithm, key, frame.slice(1))).rejects.toThrow();
  await own.decrypt(algorithm, key, frame.slice(1)).catch(() => null);
  expect(tally.take()).toEqual({ ann: { opened: 1, failed: 2, stuck: 0 } });
  expect(tally.take()).toEqual({});
});

test("keys that nobody named are not counted", async () => {
  const { own, tally } = watched();
  const key = await derive(own, await material(2));
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
  await own.decrypt(algorithm, key, await crypto.subtle.encrypt(algorithm, key, new Uint8Array([1])));
  expect(tally.take()).toEqual({});
});

test("frames have additional data, and are counted by track: one of which nothing opens is stuck", async () => {
  const { own, tally } = watched();
  const from = await material(3);
  tally.name(from, "ann");
  const key = await derive(own, from);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: new Uint8Array([1]) };
  await own.decrypt(algorithm, key, await crypto.subtle.encrypt(algorithm, key, new Uint8Array([1])));
  for (const isOpened of [true, true, false]) tally.countFrame("ann", "sound", isOpened);
  for (const isOpened of [false, false]) tally.countFrame("ann", "picture", isOpened);
  expect(tally.take()).toEqual({ ann: { opened: 2, failed: 0, stuck: 2 } });
});
