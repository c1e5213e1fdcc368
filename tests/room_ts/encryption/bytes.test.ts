import { expect, test } from "bun:test";

import { fromB64, hkdf, pack, sha256, toB64, utf8 } from "../../../conference_app/room/encryption/bytes";
import { epochCode, meetingCode } from "../../../conference_app/room/encryption/codes";
import { isSigned, keyPairOf, newKeyPair, sign } from "../../../conference_app/room/encryption/ed25519";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

test("what is packed tells its fields apart", () => {
  expect(hex(pack("ab", "c", 12))).toBe("000000026162" + "0000000163" + "000000023132");
  expect(toB64(pack("l", "ab", "c"))).not.toBe(toB64(pack("l", "a", "bc")));
  expect(toB64(pack("l", new Uint8Array([0xc3, 0xb3])))).toBe(toB64(pack("l", "ó")));
});

test("base64url has one spelling", () => {
  expect(toB64(new Uint8Array([251, 255, 191]))).toBe("-_-_");
  expect(fromB64("-_-_", 3)).toEqual(new Uint8Array([251, 255, 191]));
  for (const wrong of ["+/+/", "AA==", "A", "AB", "AAB", "AA\n", " AA", "ż", 7, null, undefined]) expect(fromB64(wrong)).toBeNull();
  expect(fromB64("AAAA", 4)).toBeNull();
  expect(fromB64("")).toEqual(new Uint8Array());
});

test("HKDF is RFC 5869's, appendix A.3", async () => {
  const derived = await hkdf(unhex("0b".repeat(22)), new Uint8Array(), 42);
  expect(hex(derived)).toBe("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
});

test("Ed25519 is RFC 8032's, section 7.1, test 2", async () => {
  const pair = keyPairOf(unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  expect(hex(pair.publicKey)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const signature = await sign(pair.seed, unhex("72"));
  expect(hex(signature)).toBe("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
});

test("a signature holds for its key and its message only, and nonsense is a wrong one", async () => {
  const pair = newKeyPair();
  const signature = await sign(pair.seed, utf8("a"));
  expect(await isSigned(pair.publicKey, utf8("a"), signature)).toBe(true);
  expect(await isSigned(pair.publicKey, utf8("b"), signature)).toBe(false);
  expect(await isSigned(newKeyPair().publicKey, utf8("a"), signature)).toBe(false);
  expect(await isSigned(pair.publicKey, utf8("a"), signature.slice(1))).toBe(false);
  expect(await isSigned(pair.publicKey.slice(1), utf8("a"), signature)).toBe(false);
});

test("codes are six groups of five digits, the same from the same keys only", async () => {
  const [one, other] = [newKeyPair().publicKey, newKeyPair().publicKey];
  const code = await meetingCode(utf8("group"), one);
  expect(code).toMatch(/^(\d{5} ){5}\d{5}$/);
  expect(await meetingCode(utf8("group"), one)).toBe(code);
  expect(await meetingCode(utf8("group"), other)).not.toBe(code);
  expect(await meetingCode(utf8("other"), one)).not.toBe(code);
  expect(await epochCode(await sha256(utf8("")))).toMatch(/^(\d{5} ){5}\d{5}$/);
});

test("the code's digits are DAVE's rule over SHA-512", async () => {
  // SHA-512 of nothing begins cf83e1357e efb8bdf154 2850d66d80 07d620e405 0b5715dc83 f4a921d36c.
  const starts = ["cf83e1357e", "efb8bdf154", "2850d66d80", "07d620e405", "0b5715dc83", "f4a921d36c"];
  const expected = starts.map((part) => String(Number(BigInt(`0x${part}`) % 100000n)).padStart(5, "0")).join(" ");
  expect(await epochCode(new Uint8Array())).toBe(expected);
});
