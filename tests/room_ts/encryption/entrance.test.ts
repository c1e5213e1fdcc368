import { expect, test } from "bun:test";

import { randomBytes, toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { entranceOf, isLinkBroken, isLinkProven, linkProof } from "../../../conference_app/room/encryption/entrance";
import { fragmentText, meetingSecrets, rootHashOf } from "../../../conference_app/room/encryption/rootKeys";

const PAGE = "http://meet.example/m/abc";
const secrets = await meetingSecrets(randomBytes(32), "meeting");
const fragment = fragmentText({ rootHash: await rootHashOf(secrets.root.publicKey), linkSecret: secrets.linkSecret });
const vault = { rootSeed: async () => secrets.root.seed };
const place = { token: "token", name: "Ada", meetingId: "" };

test("the organizer comes in by the root key, whatever stands in the address", async () => {
  const entrance = await entranceOf({ ...place, meetingId: "meeting" }, PAGE, vault);
  expect(entrance.right).toEqual({ kind: "root", seed: secrets.root.seed });
  expect(entrance.rootHash).toEqual(await rootHashOf(secrets.root.publicKey));
  expect(entrance).toMatchObject({ url: "ws://meet.example/encryption", token: "token", name: "Ada" });
});

test("guests come in by the link's secret, or wait for a ticket where its end is missing", async () => {
  const whole = await entranceOf(place, `${PAGE}#${fragment}`, vault);
  expect(whole.right).toEqual({ kind: "link", linkSecret: secrets.linkSecret });
  for (const end of ["", "#", "#v1.abc", `#${fragment}x`]) {
    expect(await entranceOf(place, PAGE + end, vault)).toMatchObject({ rootHash: null, right: { kind: "ticket", ticket: null } });
  }
});

test("who asks shows a host that they have the whole link, for that key and name alone", async () => {
  const [leaf, other] = [newKeyPair(), newKeyPair()];
  const page = `${PAGE}#${fragment}`;
  const proof = await linkProof(page, leaf.publicKey, "Ada");
  const asker = { leafKey: toB64(leaf.publicKey), name: "Ada", proof };
  expect(await isLinkProven(page, asker)).toBe(true);
  expect(await isLinkProven(page, { ...asker, name: "Eve" })).toBe(false);
  expect(await isLinkProven(page, { ...asker, leafKey: toB64(other.publicKey) })).toBe(false);
  expect(await isLinkProven(PAGE, asker)).toBe(false);
  expect(await linkProof(PAGE, leaf.publicKey, "Ada")).toBe("");
});

test("a link whose end was altered is told from one without", () => {
  expect([`${PAGE}#${fragment}`, PAGE, `${PAGE}#`, `${PAGE}#v1.abc`].map(isLinkBroken)).toEqual([false, false, false, true]);
});
