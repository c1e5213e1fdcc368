/**
 * The cipher suite against what RFCs fix, and against the library's own.
 *
 * ts-mls's repository runs all vector sets of RFC 9420, over the library's own cipher suite. What is ours is the KDF and the
 * hash: so they are held to the RFCs that define them and to a second computation of RFC 9420's key schedule, and a
 * member with our suite has to agree with one who has the library's.
 */
import { describe, expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { type CiphersuiteImpl, type ClientState, type Credential, createCommit, createGroup, createGroupInfoWithExternalPubAndRatchetTree, emptyPskIndex, generateKeyPackage, getCiphersuiteFromName, getCiphersuiteImpl, joinGroupExternal, mlsExporter, processPublicMessage } from "ts-mls";
import { decryptWithLabel, encryptWithLabel } from "ts-mls/crypto/hpke.js";
import { deriveTreeSecret } from "ts-mls/crypto/kdf.js";
import { encodeGroupContext } from "ts-mls/groupContext.js";
import { initializeEpoch } from "ts-mls/keySchedule.js";

import { type Bytes, joined, randomBytes, utf8 } from "../../../conference_app/room/encryption/bytes";
import { isSigned, keyPairOf, sign } from "../../../conference_app/room/encryption/ed25519";
import { SUITE } from "../../../conference_app/room/encryption/policy";
import { suite } from "../../../conference_app/room/encryption/suite";

const bytes = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (value: Uint8Array): string => [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const run = (from: number, to: number): Bytes => Uint8Array.from({ length: to - from }, (_, index) => from + index);
const times = (byte: number, count: number): Bytes => new Uint8Array(count).fill(byte);

describe("what the suite is made of", () => {
  // RFC 5869, appendix A.1 to A.3.
  test.each([
    [times(0x0b, 22), run(0, 13), run(0xf0, 0xfa), 42, "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5", "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"],
    [run(0, 0x50), run(0x60, 0xb0), run(0xb0, 0x100), 82, "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244", "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"],
    [times(0x0b, 22), new Uint8Array(), new Uint8Array(), 42, "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"],
  ])("HKDF as RFC 5869 has it (%#)", async (secret, salt, info, length, key, out) => {
    const { kdf } = await suite();
    const extracted = await kdf.extract(salt, secret);
    expect(hex(extracted)).toBe(key);
    expect(hex(await kdf.expand(extracted, info, length))).toBe(out);
  });

  // RFC 4231, sections 4.2, 4.3 and 4.7; FIPS 180-4's example for SHA-256.
  test.each([
    [times(0x0b, 20), utf8("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [utf8("Jefe"), utf8("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    [times(0xaa, 131), utf8("Test Using Larger Than Block-Size Key - Hash Key First"), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"],
  ])("HMAC as RFC 4231 has it (%#)", async (key, data, tag) => {
    const { hash } = await suite();
    expect(hex(await hash.mac(key, data))).toBe(tag);
    expect(await hash.verifyMac(key, bytes(tag), data)).toBe(true);
    for (const wrong of [`00${tag.slice(2)}`, tag.slice(2), `${tag}00`]) expect(await hash.verifyMac(key, bytes(wrong), data)).toBe(false);
    expect(hex(await hash.digest(utf8("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  // RFC 8032, section 7.1, tests 1 to 3.
  test.each([
    ["9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
    ["4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
    ["c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"],
  ])("Ed25519 as RFC 8032 has it (%#)", async (seed, publicKey, message, signature) => {
    const keys = keyPairOf(bytes(seed));
    expect(hex(keys.publicKey)).toBe(publicKey);
    expect(hex(await sign(keys.seed, bytes(message)))).toBe(signature);
    expect(await isSigned(keys.publicKey, bytes(message), bytes(signature))).toBe(true);
    expect(await isSigned(keys.publicKey, bytes(`${message}00`), bytes(signature))).toBe(false);
    expect(await (await suite()).signature.verify(keys.publicKey, bytes(message), bytes(signature))).toBe(true);
  });

  // RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
  test("HPKE as RFC 9180 has it", async () => {
    const { hpke } = await suite();
    const key = await hpke.importPrivateKey(bytes("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"));
    const sealed = bytes("f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a");
    const encapsulated = bytes("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
    const info = bytes("4f6465206f6e2061204772656369616e2055726e");
    expect(new TextDecoder().decode(await hpke.open(key, encapsulated, sealed, info, utf8("Count-0")))).toBe("Beauty is truth, truth beauty");
    await expect(hpke.open(key, encapsulated, sealed, info, utf8("Count-1"))).rejects.toThrow();
  });
});

/** A second computation of RFC 9420's labels, over Node's own HMAC. */
const mac = (key: Uint8Array, ...data: Uint8Array[]): Bytes => new Uint8Array(createHmac("sha256", key).update(joined(...data)).digest());

function expand(key: Uint8Array, info: Uint8Array, length: number): Bytes {
  let block: Bytes = new Uint8Array();
  let all: Bytes = new Uint8Array();
  for (let count = 1; all.length < length; count++) {
    block = mac(key, block, info, Uint8Array.of(count));
    all = joined(all, block);
  }
  return all.slice(0, length);
}

/** Section 2.1.2: the length of a vector, as QUIC has it; less than 2^14 here. */
const vector = (data: Uint8Array): Bytes => joined(data.length < 64 ? Uint8Array.of(data.length) : Uint8Array.of(0x40 | (data.length >> 8), data.length & 0xff), data);

/** Section 5.1 and 8. */
const expandWithLabel = (key: Uint8Array, label: string, context: Uint8Array, length: number): Bytes =>
  expand(key, joined(Uint8Array.of(length >> 8, length & 0xff), vector(utf8(`MLS 1.0 ${label}`)), vector(context)), length);
const deriveSecret = (key: Uint8Array, label: string): Bytes => expandWithLabel(key, label, new Uint8Array(), 32);

const SECRETS = { senderDataSecret: "sender data", exporterSecret: "exporter", externalSecret: "external", confirmationKey: "confirm", membershipKey: "membership", resumptionPsk: "resumption", epochAuthenticator: "authentication", initSecret: "init" } as const;

describe("the key schedule of RFC 9420", () => {
  test.each([0, 1, 77, 100_000])("is the same computed a second time (epoch %i)", async (epoch) => {
    const cs = await suite();
    const [init, commit, psk] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    const context = { version: "mls10" as const, cipherSuite: SUITE as "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519", groupId: randomBytes(90), epoch: BigInt(epoch), treeHash: randomBytes(32), confirmedTranscriptHash: randomBytes(32), extensions: [] };
    const found = await initializeEpoch(init, commit, context, psk, cs.kdf);
    const wire = encodeGroupContext(context);
    const joiner = expandWithLabel(mac(init, commit), "joiner", wire, 32);
    expect(hex(found.joinerSecret)).toBe(hex(joiner));
    expect(hex(found.welcomeSecret)).toBe(hex(deriveSecret(mac(joiner, psk), "welcome")));
    const secret = expandWithLabel(mac(joiner, psk), "epoch", wire, 32);
    expect(hex(found.encryptionSecret)).toBe(hex(deriveSecret(secret, "encryption")));
    for (const [name, label] of Object.entries(SECRETS)) expect(hex(found.keySchedule[name as keyof typeof SECRETS])).toBe(hex(deriveSecret(secret, label)));
  });

  test("and so are the exporter and the secrets of the tree", async () => {
    const cs = await suite();
    const secret = randomBytes(32);
    const context = utf8("ann.1");
    const digest = new Uint8Array(createHash("sha256").update(context).digest());
    const label = "conference_app/media/v1";
    expect(hex(await mlsExporter(secret, label, context, 32, cs))).toBe(hex(expandWithLabel(deriveSecret(secret, label), "exported", digest, 32)));
    expect(hex(await deriveTreeSecret(secret, "key", 258, 16, cs.kdf))).toBe(hex(expandWithLabel(secret, "key", Uint8Array.of(0, 0, 1, 2), 16)));
  });
});

const identity = (name: string): Credential => ({ credentialType: "basic", identity: utf8(name) });
const CAPABILITIES = { versions: ["mls10" as const], ciphersuites: [SUITE as "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"], extensions: [], proposals: [], credentials: ["basic" as const] };
const LIFETIME = { notBefore: 0n, notAfter: 9223372036854775807n };

interface Half {
  cs: CiphersuiteImpl;
  state: ClientState;
}

const packageOf = (name: string, cs: CiphersuiteImpl) => generateKeyPackage(identity(name), CAPABILITIES, LIFETIME, [], cs);

async function committed(by: Half, other: Half): Promise<void> {
  const { newState, commit } = await createCommit({ state: by.state, cipherSuite: by.cs }, { wireAsPublicMessage: true });
  by.state = newState;
  if (commit.wireformat !== "mls_public_message") throw new Error("not a public message");
  other.state = (await processPublicMessage(other.state, commit.publicMessage, emptyPskIndex, other.cs)).newState;
}

test.each([[true], [false]])("a member with our suite agrees with one with the library's (ours first: %p)", async (isOursFirst) => {
  const stock = await getCiphersuiteImpl(getCiphersuiteFromName(SUITE));
  const [first, second] = isOursFirst ? [await suite(), stock] : [stock, await suite()];
  const ann = await packageOf("ann", first);
  const one: Half = { cs: first, state: await createGroup(utf8("group"), ann.publicPackage, ann.privatePackage, [], first) };
  const info = await createGroupInfoWithExternalPubAndRatchetTree(one.state, [], first);
  const bob = await packageOf("bob", second);
  const { publicMessage, newState } = await joinGroupExternal(info, bob.publicPackage, bob.privatePackage, false, second);
  const two: Half = { cs: second, state: newState };
  one.state = (await processPublicMessage(one.state, publicMessage, emptyPskIndex, first)).newState;
  for (const [by, other] of [[one, two], [two, one], [one, two]]) {
    await committed(by, other);
    expect(hex(one.state.keySchedule.epochAuthenticator)).toBe(hex(two.state.keySchedule.epochAuthenticator));
    expect(hex(one.state.groupContext.treeHash)).toBe(hex(two.state.groupContext.treeHash));
  }
});

test("what one suite seals with a label the other opens", async () => {
  const [ours, stock] = [await suite(), await getCiphersuiteImpl(getCiphersuiteFromName(SUITE))];
  const { publicKey, privateKey } = await stock.hpke.generateKeyPair();
  const { ct, enc } = await encryptWithLabel(publicKey, "UpdatePathNode", utf8("context"), utf8("secret"), ours.hpke);
  expect(new TextDecoder().decode(await decryptWithLabel(privateKey, "UpdatePathNode", utf8("context"), enc, ct, stock.hpke))).toBe("secret");
});
