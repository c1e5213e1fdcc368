import { beforeEach, expect, mock, spyOn, test } from "bun:test";
import { EventEmitter } from "node:events";
import type { Room } from "livekit-client";

const NAMES = [
  "ParticipantConnected",
  "ParticipantDisconnected",
  "TrackPublished",
  "TrackUnpublished",
  "TrackSubscribed",
  "ConnectionStateChanged",
  "ParticipantEncryptionStatusChanged",
  "EncryptionError",
  "DataReceived",
];
// The watch needs livekit-client's names only: the real package wants a browser.
mock.module("livekit-client", () => ({ RoomEvent: Object.fromEntries(NAMES.map((name) => [name, name])) }));
const { EncryptionWatch, STUCK_MS, UNREADABLE_MS } = await import("../../../conference_app/room/encryption/watch");

class FakeRoom extends EventEmitter {
  isE2EEEnabled = true;
  localParticipant = { identity: "me" };
  remoteParticipants = new Map<string, unknown>();

  comes(identity: string, ...publications: object[]): void {
    const trackPublications = new Map(publications.map((one, index) => [String(index), one]));
    this.remoteParticipants.set(identity, { identity, trackPublications });
    this.emit("ParticipantConnected");
  }
}

let now = 0;
let changes = 0;
let room: FakeRoom;

function watching() {
  room = new FakeRoom();
  const watch = new EncryptionWatch(room as unknown as Room, () => void (changes += 1), () => now);
  const end = watch.attach();
  return { watch, end };
}

beforeEach(() => {
  now = 0;
  changes = 0;
});

function publication(isEncrypted: boolean) {
  const asked: boolean[] = [];
  return { isEncrypted, trackInfo: {}, isDesired: true, setSubscribed: (wanted: boolean) => void asked.push(wanted), asked };
}

test("a track that is not marked as sealed is unsubscribed and told", () => {
  const { watch, end } = watching();
  const [clear, fine] = [publication(false), publication(true)];
  room.comes("ann", clear, fine);
  expect([...watch.facts().unmarked]).toEqual(["ann"]);
  expect(clear.asked).toEqual([false]);
  expect(fine.asked).toEqual([]);
  clear.isEncrypted = true;
  room.emit("TrackSubscribed");
  expect(watch.facts().unmarked.size).toBe(0);
  end();
});

test("who is connected is known with the time of their coming, and forgotten when they go", () => {
  const { watch, end } = watching();
  now = 5;
  room.comes("ann");
  now = 9;
  room.comes("bob");
  expect([...watch.facts().connected]).toEqual([["ann", 5], ["bob", 9]]);
  room.remoteParticipants.delete("ann");
  room.emit("ParticipantDisconnected");
  expect([...watch.facts().connected.keys()]).toEqual(["bob"]);
  end();
});

test("somebody of whom nothing can be opened is unreadable after a while, and at once no longer when something is", () => {
  const { watch, end } = watching();
  room.comes("ann");
  watch.hearTally({ ann: { opened: 0, failed: 7, stuck: 0 } });
  now = UNREADABLE_MS - 1;
  expect(watch.facts().unreadable.size).toBe(0);
  now = UNREADABLE_MS;
  expect([...watch.facts().unreadable]).toEqual(["ann"]);
  watch.hearTally({ ann: { opened: 1, failed: 7, stuck: 0 } });
  expect(watch.facts().unreadable.size).toBe(0);
  end();
});

test("one track that can't be opened for three seconds is told though others can, for as long as it lasts", () => {
  const { watch, end } = watching();
  room.comes("ann");
  const hear = (stuck: number) => watch.hearTally({ ann: { opened: 80, failed: 0, stuck } });
  for (now = 0; now < STUCK_MS; now += 1000) hear(10);
  expect(watch.facts().unreadable.size).toBe(0);
  hear(10);
  expect([...watch.facts().unreadable]).toEqual(["ann"]);
  now += 1000;
  hear(0);
  expect(watch.facts().unreadable.size).toBe(0);
  end();
});

test("frames that come late to a track that has ended are no trouble", () => {
  const { watch, end } = watching();
  room.comes("ann");
  for (const at of [0, 60_000, 120_000]) {
    now = at;
    watch.hearTally({ ann: { opened: 0, failed: 0, stuck: 3 } });
    now += 30_000;
    expect(watch.facts().unreadable.size).toBe(0);
  }
  end();
});

test("a track that is marked anew without a word is seen within a second, and asked for again when the mark is back", () => {
  const timer = spyOn(globalThis, "setInterval");
  const { watch, end } = watching();
  const track = publication(true);
  room.comes("ann", track);
  const tick = timer.mock.calls[0][0] as () => void;
  track.isEncrypted = false;
  tick();
  expect([...watch.facts().unmarked]).toEqual(["ann"]);
  track.isDesired = false;
  track.isEncrypted = true;
  tick();
  tick();
  expect(track.asked).toEqual([false, true]);
  expect(watch.facts().unmarked.size).toBe(0);
  timer.mockRestore();
  end();
});

test("a key that is missing counts too, one of one's own does not", () => {
  const { watch, end } = watching();
  room.comes("ann");
  room.emit("EncryptionError", new Error("missing key"), { identity: "ann", isLocal: false });
  room.emit("EncryptionError", new Error("missing key"), { identity: "me", isLocal: true });
  room.emit("EncryptionError", new Error("of nobody"));
  now = UNREADABLE_MS;
  expect([...watch.facts().unreadable]).toEqual(["ann"]);
  end();
});

test("data that was not sealed is counted, sealed data is not", () => {
  const { watch, end } = watching();
  now = 40;
  room.emit("DataReceived", new Uint8Array(), undefined, 0, "chat", 1);
  expect(watch.plainCount).toBe(0);
  room.emit("DataReceived", new Uint8Array(), undefined, 0, "chat", 0);
  room.emit("DataReceived", new Uint8Array());
  expect(watch.plainCount).toBe(2);
  expect(watch.facts().plainAt).toBe(40);
  end();
});

test("the group's news and the connection are in the facts", () => {
  const { watch, end } = watching();
  expect(watch.facts()).toMatchObject({ keys: "none", self: "", calledSelf: "me", isSealing: true });
  watch.hearGroup({ keys: "ready", identity: "me", members: new Set(["me"]) });
  room.isE2EEEnabled = false;
  expect(watch.facts()).toMatchObject({ keys: "ready", self: "me", isSealing: false });
  expect(changes).toBeGreaterThan(0);
  end();
});

test("after the end nothing is heard", () => {
  const { end } = watching();
  end();
  const before = changes;
  room.comes("ann");
  expect(changes).toBe(before);
});
