import { beforeEach, describe, expect, mock, test } from "bun:test";
import { EventEmitter } from "node:events";

import { type GroupEvent, GroupEnded, type GroupSnapshot, type Member, NO_GROUP } from "../../../conference_app/room/encryption/groupKeys";

const NAMES = ["ParticipantConnected", "ParticipantDisconnected", "TrackPublished", "TrackUnpublished", "TrackSubscribed", "ConnectionStateChanged", "ParticipantEncryptionStatusChanged", "EncryptionError", "DataReceived"];
// livekit-client's names only: the real package wants a browser.
mock.module("livekit-client", () => ({ RoomEvent: Object.fromEntries(NAMES.map((name) => [name, name])) }));
const { ENTER_MS, MeetingEncryption } = await import("../../../conference_app/room/encryption/meetingEncryption");

class FakeRoom extends EventEmitter {
  isE2EEEnabled = false;
  keyFrames = 0;
  localParticipant = { identity: "me", videoTrackPublications: new Map([["camera", { videoTrack: { sender: this.sender() } }]]) };
  remoteParticipants = new Map<string, unknown>();
  asked: boolean[] = [];
  async setE2EEEnabled(isOn: boolean) {
    this.asked.push(isOn);
  }
  sender() {
    return { getParameters: () => ({ encodings: [{}] }), setParameters: async () => void (this.keyFrames += 1) };
  }
  seals() {
    this.isE2EEEnabled = true;
    this.emit("ParticipantEncryptionStatusChanged");
  }
}

class FakeGroup {
  snapshot: GroupSnapshot = NO_GROUP;
  entered: string[] = [];
  renewed: string[] = [];
  left = 0;
  listeners = new Set<(event: GroupEvent) => void>();
  enter = ({ token }: { token: string }) => void this.entered.push(token);
  renew = (token: string) => void this.renewed.push(token);
  leave = () => {
    this.left += 1;
    this.is({ phase: "ended", reason: "left" });
  };
  subscribe = (listener: (event: GroupEvent) => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  is(change: Partial<GroupSnapshot>) {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of [...this.listeners]) listener({ type: "snapshot", snapshot: this.snapshot });
  }
  begins(epoch: number, ...identities: string[]) {
    const members = identities.map((identity) => ({ identity, name: identity }) as Member);
    this.is({ phase: "in", identity: "me", epoch, members });
    const keys = new Map(identities.map((identity) => [identity, `${identity} ${epoch}` as never as CryptoKey]));
    for (const listener of [...this.listeners]) listener({ type: "epoch", epoch, keys, hasRemoved: false });
  }
}

/** Timers that run when a test says so. */
class Clock {
  planned: Array<{ ms: number; act: () => void }> = [];
  after = (ms: number, act: () => void) => {
    const one = { ms, act };
    this.planned.push(one);
    return () => void (this.planned = this.planned.filter((other) => other !== one));
  };
  passes(ms: number) {
    const due = this.planned.filter((one) => one.ms <= ms);
    this.planned = this.planned.filter((one) => one.ms > ms);
    for (const { act } of due) act();
  }
}

let room: FakeRoom;
let group: FakeGroup;
let clock: Clock;
let current: string[];
let fromFrames: (message: { kind: string }) => void;
let encryption: InstanceType<typeof MeetingEncryption>;
const ENTRANCE = { url: "", token: "first", name: "Me", rootHash: null, right: { kind: "ticket" as const, ticket: null } };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  room = new FakeRoom();
  group = new FakeGroup();
  clock = new Clock();
  current = [];
  const target = { set: (identity: string, epoch: number, _key: CryptoKey, isCurrent: boolean) => void (isCurrent && current.push(`${identity} ${epoch}`)) };
  const frames = {
    addEventListener: (_type: "message", listener: (event: MessageEvent<{ kind?: string }>) => void) =>
      void (fromFrames = (data) => listener(new MessageEvent("message", { data }))),
  };
  encryption = new MeetingEncryption(room as never, group as never, target, frames, clock);
  encryption.attach();
});

async function entered(): Promise<void> {
  const done = encryption.enter(ENTRANCE);
  group.begins(0, "me");
  room.seals();
  await done;
}

describe("coming in", () => {
  test("is done once there are keys and the room seals", async () => {
    let isDone = false;
    void encryption.enter(ENTRANCE).then(() => (isDone = true));
    expect(room.asked).toEqual([true]);
    group.begins(0, "me");
    await settled();
    expect(isDone).toBe(false);
    room.seals();
    await settled();
    expect(isDone).toBe(true);
    expect(current).toEqual(["me 0"]);
  });

  test("fails with the reason that the group gives", async () => {
    const done = encryption.enter(ENTRANCE);
    group.is({ phase: "ended", reason: "root" });
    expect(await done.catch((error: GroupEnded) => error.reason)).toBe("root");
  });

  test("fails when it takes too long, and a fork is a reason too", async () => {
    const late = encryption.enter(ENTRANCE);
    await settled();
    clock.passes(ENTER_MS);
    expect(await late.catch((error) => error instanceof GroupEnded)).toBe(false);
    const forked = encryption.enter(ENTRANCE);
    group.is({ phase: "forked", reason: null });
    expect(await forked.catch((error: GroupEnded) => error.reason)).toBe("forked");
  });

  test("with a newer token keeps the group, and after leaving begins a new one", async () => {
    await entered();
    await encryption.enter({ ...ENTRANCE, token: "second" });
    expect(group.renewed).toEqual(["second"]);
    encryption.leave();
    expect(group.left).toBe(1);
    const again = encryption.enter({ ...ENTRANCE, token: "third" });
    group.begins(7, "me");
    await again;
    expect(group.entered).toEqual(["first", "third"]);
    expect(current.at(-1)).toBe("me 7");
  });
});

test("once the worker seals with a new own key the cameras send a key frame", async () => {
  await entered();
  expect(room.keyFrames).toBe(0);
  for (const said of [1, 2]) {
    fromFrames({ kind: "sealing" });
    expect(room.keyFrames).toBe(said);
  }
});

test("members are who holds a ticket, and all can read once the own key has changed", async () => {
  await entered();
  group.begins(1, "me", "ann");
  expect([encryption.isMember("ann"), encryption.isMember("eve")]).toEqual([true, false]);
  let isWhole = false;
  void encryption.settled().then(() => (isWhole = true));
  await settled();
  expect(isWhole).toBe(false);
  clock.passes(1000);
  await settled();
  expect(isWhole).toBe(true);
  expect(current).toEqual(["me 0", "me 1"]);
});

test("nobody waits once all have the new keys", async () => {
  await entered();
  group.begins(1, "me", "ann");
  const whole = encryption.settled();
  group.is({ allReady: 1 });
  await whole;
  expect(current).toEqual(["me 0", "me 1"]);
});

test("says that all holds, and what does not, and tells a change once", async () => {
  await entered();
  let changes = 0;
  encryption.subscribe(() => (changes += 1));
  expect(encryption.snapshot()).toMatchObject({ isAssured: true, problems: [] });
  encryption.countPlain();
  expect(encryption.snapshot()).toMatchObject({ isAssured: false, problems: [{ kind: "plain", identity: "" }] });
  encryption.countPlain();
  expect(changes).toBe(1);
});
