import { expect, test } from "bun:test";

import { randomBytes, toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { certifyLink, fragmentText, isLinkCertified, isPinned, linkKeys, meetingSecrets, parseFragment, rootHashOf } from "../../../conference_app/room/encryption/rootKeys";

test("a master key gives each meeting keys of its own, always the same", async () => {
  const master = randomBytes(32);
  const [one, again, other] = await Promise.all(["m1", "m1", "m2"].map((id) => meetingSecrets(master, id)));
  expect(again).toEqual(one);
  const all = [one, other].flatMap(({ root, linkSecret, link }) => [root.seed, linkSecret, link.seed].map(toB64));
  expect(new Set(all).size).toBe(6);
  expect(await linkKeys(one.linkSecret)).toEqual(one.link);
});

test("keys are those that another implementation derives", async () => {
  const { root, linkSecret, link } = await meetingSecrets(new Uint8Array(32).fill(7), "meeting");
  // By Python's cryptography, from the same formulas.
  const expected = ["4-Pn7PBwGu7VaZlzMVRxTglrEJkqeDIVop26UHXGYG0", "BwJtYsfjU2pvw41BDDpaIg", "AywnBUmZkUrysLgypLSW8st0-Cc-4jXQSFK94kmHidw"];
  expect([root.publicKey, linkSecret, link.publicKey].map(toB64)).toEqual(expected);
});

test("the link pins one root key", async () => {
  const { root, linkSecret } = await meetingSecrets(randomBytes(32), "m1");
  const text = fragmentText({ rootHash: await rootHashOf(root.publicKey), linkSecret });
  expect(text).toMatch(/^v1\.[\w-]{22}\.[\w-]{22}$/);
  const fragment = parseFragment(text);
  expect(fragment?.linkSecret).toEqual(linkSecret);
  expect(await isPinned(root.publicKey, fragment!.rootHash)).toBe(true);
  expect(await isPinned(newKeyPair().publicKey, fragment!.rootHash)).toBe(false);
});

test("a fragment has one spelling", () => {
  const good = `v1.${"A".repeat(22)}.${"A".repeat(21)}Q`;
  expect(parseFragment(good)).not.toBeNull();
  const bad = ["", "v1", `#${good}`, `${good} `, `${good}\n`, good.replace("v1", "v2"), good.slice(0, -1), `${good}A`, `${good}.A`, good.replace(/Q$/, "R"), good.replace("A", "+")];
  for (const text of bad) expect(parseFragment(text)).toBeNull();
});

test("only the root certifies a link", async () => {
  const { root, link } = await meetingSecrets(randomBytes(32), "m1");
  const certificate = await certifyLink(root, link.publicKey);
  expect(await isLinkCertified(root.publicKey, link.publicKey, certificate)).toBe(true);
  const other = newKeyPair();
  expect(await isLinkCertified(root.publicKey, other.publicKey, certificate)).toBe(false);
  expect(await isLinkCertified(root.publicKey, link.publicKey, await certifyLink(other, link.publicKey))).toBe(false);
  expect(await isLinkCertified(root.publicKey, link.publicKey, new Uint8Array())).toBe(false);
});
