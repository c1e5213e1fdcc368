import { expect, test } from "bun:test";

import { guardDecryption, ReplayGuard } from "../../../../conference_app/room/encryption/frames/replayGuard";

function nonce(stream: number, time: number, count = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  [stream, time, count].forEach((word, index) => view.setUint32(4 * index, word >>> 0));
  return bytes;
}

const FRAME = true;
const PACKET = false;

test("a nonce opens something once", () => {
  const guard = new ReplayGuard();
  guard.remember(nonce(1, 1000), FRAME);
  expect(guard.isFresh(nonce(1, 1000), FRAME)).toBe(false);
  expect(guard.isFresh(nonce(1, 1000, 1), FRAME)).toBe(true);
  expect(guard.isFresh(nonce(2, 1000), FRAME)).toBe(true);
});

test("frames may overtake each other a little, and come from long ago never", () => {
  const guard = new ReplayGuard();
  guard.remember(nonce(1, 1_000_000), FRAME);
  expect(guard.isFresh(nonce(1, 1_000_000 - 180_000), FRAME)).toBe(true);
  expect(guard.isFresh(nonce(1, 1_000_000 - 180_001), FRAME)).toBe(false);
});

test("the clock of a stream wraps", () => {
  const guard = new ReplayGuard();
  guard.remember(nonce(1, 2 ** 32 - 10), FRAME);
  guard.remember(nonce(1, 5), FRAME);
  expect(guard.isFresh(nonce(1, 2 ** 32 - 10), FRAME)).toBe(false);
  expect(guard.isFresh(nonce(1, 2 ** 32 - 200_000), FRAME)).toBe(false);
  expect(guard.isFresh(nonce(1, 6), FRAME)).toBe(true);
});

test("data packets are one stream, whatever their first word", () => {
  const guard = new ReplayGuard();
  guard.remember(nonce(77, 100_000), PACKET);
  expect(guard.isFresh(nonce(77, 100_000), PACKET)).toBe(false);
  expect(guard.isFresh(nonce(78, 50_000), PACKET)).toBe(true);
  expect(guard.isFresh(nonce(78, 39_999), PACKET)).toBe(false);
});

test("what is remembered is bounded, and what was forgotten is too old", () => {
  const guard = new ReplayGuard();
  for (let time = 0; time < 20_000; time++) guard.remember(nonce(1, time * 3000), FRAME);
  expect(guard.isFresh(nonce(1, 19_000 * 3000), FRAME)).toBe(false);
});

async function keyOf(byte: number): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new Uint8Array(16).fill(byte), "AES-GCM", false, ["encrypt", "decrypt"]);
}

test("decryption itself refuses a replay, for each key apart, and forgets what did not open", async () => {
  const subtle = { decrypt: crypto.subtle.decrypt.bind(crypto.subtle) } as Pick<SubtleCrypto, "decrypt">;
  guardDecryption(subtle);
  const [one, other] = [await keyOf(1), await keyOf(2)];
  const header = new Uint8Array([9]);
  const algorithm = { name: "AES-GCM", iv: nonce(1, 1000), additionalData: header };
  const frame = await crypto.subtle.encrypt(algorithm, one, new Uint8Array([5, 6]));
  expect(subtle.decrypt(algorithm, other, frame)).rejects.toThrow();
  const forged = { ...algorithm, iv: nonce(1, 999_999_999) };
  expect(subtle.decrypt(forged, one, frame)).rejects.toThrow();
  expect(new Uint8Array(await subtle.decrypt(algorithm, one, frame))).toEqual(new Uint8Array([5, 6]));
  expect(subtle.decrypt(algorithm, one, frame)).rejects.toThrow("seen before");
  const again = await crypto.subtle.encrypt(algorithm, other, new Uint8Array([7]));
  expect(new Uint8Array(await subtle.decrypt(algorithm, other, again))).toEqual(new Uint8Array([7]));
});

test("of two at once one opens", async () => {
  const subtle = { decrypt: crypto.subtle.decrypt.bind(crypto.subtle) } as Pick<SubtleCrypto, "decrypt">;
  guardDecryption(subtle);
  const key = await keyOf(3);
  const algorithm = { name: "AES-GCM", iv: nonce(4, 4) };
  const packet = await crypto.subtle.encrypt(algorithm, key, new Uint8Array([1]));
  const ends = await Promise.allSettled([subtle.decrypt(algorithm, key, packet), subtle.decrypt(algorithm, key, packet)]);
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("a nonce of another length opens nothing", async () => {
  const subtle = { decrypt: crypto.subtle.decrypt.bind(crypto.subtle) } as Pick<SubtleCrypto, "decrypt">;
  guardDecryption(subtle);
  const key = await keyOf(3);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(16) };
  const packet = await crypto.subtle.encrypt(algorithm, key, new Uint8Array([1]));
  expect(subtle.decrypt(algorithm, key, packet)).rejects.toThrow("not a nonce");
});
