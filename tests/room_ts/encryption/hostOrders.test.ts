import { beforeEach, expect, mock, test } from "bun:test";
import { EventEmitter } from "node:events";

import type { Member } from "../../../conference_app/room/encryption/groupKeys";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { toB64, utf8 } from "../../../conference_app/room/encryption/bytes";
import { isWordOf, type SignedWord, signWord } from "../../../conference_app/room/encryption/signedWords";

mock.module("livekit-client", () => ({ RoomEvent: { DataReceived: "DataReceived" } }));
const { HostOrders, ORDER_TOPIC } = await import("../../../conference_app/room/encryption/hostOrders");

const SEALED = 1;
const groupId = utf8("group");
const leaves = { host: newKeyPair(), guest: newKeyPair(), me: newKeyPair() };
const members = new Map(
  (["host", "guest", "me"] as const).map((identity) => [
    identity as string,
    { identity, name: identity, role: identity === "host" ? "host" : "guest", key: toB64(leaves[identity].publicKey) } as Member,
  ]),
);

class FakeRoom extends EventEmitter {
  localParticipant = { identity: "me" };
}

/** The order as `identity` would sign it. */
async function order(identity: keyof typeof leaves, epoch = 5, change: object = {}): Promise<SignedWord> {
  const text = JSON.stringify({ order: "mute", to: "me", id: crypto.randomUUID(), ...change });
  return signWord({ groupId, epoch }, leaves[identity], identity, text);
}

let room: FakeRoom;
let obeyed: number;
beforeEach(() => {
  room = new FakeRoom();
  obeyed = 0;
  const group = {
    say: async () => null,
    isWordOf: async (identity: string, word: SignedWord) => isWordOf({ groupId, epoch: 5 }, identity, members.get(identity)?.key ?? "", word),
  };
  new HostOrders(room as never, group, (identity) => members.get(identity), () => void (obeyed += 1)).attach();
});

async function comes(word: unknown, from = "host", type = SEALED): Promise<number> {
  room.emit("DataReceived", new TextEncoder().encode(JSON.stringify(word)), { identity: from }, 0, ORDER_TOPIC, type);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return obeyed;
}

test("a host's order is obeyed once", async () => {
  const word = await order("host");
  expect(await comes(word)).toBe(1);
  expect(await comes(word)).toBe(1);
});

test.each([
  ["of a guest", () => order("guest"), "guest"],
  ["of a guest in a host's name", () => order("guest"), "host"],
  ["of a stranger", () => order("guest"), "eve"],
  ["to somebody else", () => order("host", 5, { to: "guest" }), "host"],
  ["that is none we know", () => order("host", 5, { order: "unmute" }), "host"],
  ["of long ago", () => order("host", 1), "host"],
  ["that was altered", async () => ({ ...(await order("host")), text: '{"order":"mute","to":"me","id":"x"}' }), "host"],
  ["that is no order", async () => ({ hello: 1 }), "host"],
] as const)("one %s is not", async (_what, word, from) => {
  expect(await comes(await word(), from)).toBe(0);
});

test("one that the server put in is not", async () => {
  expect(await comes(await order("host"), "host", 0)).toBe(0);
});
