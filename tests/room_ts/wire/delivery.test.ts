import { afterEach, beforeEach, describe, expect, mock, test } from "bun:test";
import type { Room, TextStreamReader } from "livekit-client";

// Delivery needs livekit-client's names only: the real package wants a browser.
mock.module("livekit-client", () => ({
  ConnectionState: { Connected: "connected" },
  RoomEvent: { ConnectionStateChanged: "connectionStateChanged" },
}));
const { Delivery } = await import("../../../conference_app/room/wire/delivery");

interface Sent {
  text: string;
  id: string;
  to: string[] | undefined;
}

class FakeRoom {
  state = "connected";
  sent: Sent[] = [];
  fails = false;
  others = new Map<string, { identity: string; isActive: boolean }>();
  look = () => {};
  receive: (reader: TextStreamReader, from: { identity: string }) => void = () => {};
  localParticipant = {
    sendText: async (text: string, options: { attributes: { id: string }; destinationIdentities?: string[] }) => {
      if (this.fails) throw new Error("no connection");
      this.sent.push({ text, id: options.attributes.id, to: options.destinationIdentities });
    },
  };
  get remoteParticipants() {
    return this.others;
  }
  registerTextStreamHandler(_topic: string, receive: typeof this.receive) {
    this.receive = receive;
  }
  unregisterTextStreamHandler() {
    this.receive = () => {};
  }
  on(_event: string, look: () => void) {
    this.look = look;
  }
  off() {}
  is(...identities: string[]) {
    this.others = new Map(identities.map((identity) => [identity, { identity, isActive: true }]));
    this.look();
  }
}

/** Everybody is a member, and all can read, unless a test says otherwise. */
class FakeSeal {
  strangers = new Set<string>();
  plain = 0;
  keysAreWhole: Promise<void> = Promise.resolve();
  isMember = (identity: string) => !this.strangers.has(identity);
  settled = () => this.keysAreWhole;
  countPlain = () => void (this.plain += 1);
}

const SEALED = 1;

const stream = (id: string, ...parts: Array<string | Error>) => streamAs(SEALED, id, ...parts);

const streamAs = (encryptionType: number, id: string, ...parts: Array<string | Error>) =>
  ({
    info: { id: "stream", attributes: { id }, encryptionType },
    async *[Symbol.asyncIterator]() {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield part;
      }
    },
  }) as unknown as TextStreamReader;

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

let room: FakeRoom;
let seal: FakeSeal;
let events: string[];
let delivery: InstanceType<typeof Delivery>;
let detach: () => void;

beforeEach(() => {
  room = new FakeRoom();
  events = [];
  seal = new FakeSeal();
  delivery = new Delivery(room as unknown as Room, seal, "lk.chat", 10, {
    began: (id, identity) => events.push(`began ${id} of ${identity}`),
    arrived: (id, _identity, text) => events.push(`arrived ${id}: ${text}`),
    lost: (id) => events.push(`lost ${id}`),
    stateChanged: (id, state) => events.push(`${state} ${id}`),
  });
  detach = delivery.attach();
});
afterEach(() => detach());

describe("sending", () => {
  test("goes to everyone at once while the connection is whole", async () => {
    delivery.send("a", "hello");
    await settled();
    expect(room.sent).toEqual([{ text: "hello", id: "a", to: undefined }]);
    expect(events).toEqual(["sending a", "sent a"]);
  });

  test("waits while the connection is broken, and what went out shortly before goes out again first", async () => {
    delivery.send("a", "before");
    await settled();
    room.state = "reconnecting";
    room.look();
    delivery.send("b", "meanwhile");
    await settled();
    expect(room.sent).toHaveLength(1);
    room.state = "connected";
    room.look();
    await settled();
    expect(room.sent.map(({ id }) => id)).toEqual(["a", "a", "b"]);
  });

  test("who was away gets what they missed, and nobody else gets it twice", async () => {
    room.is("ann", "bob");
    room.is("ann");
    delivery.send("a", "hello");
    await settled();
    room.is("ann", "bob");
    await settled();
    expect(room.sent).toEqual([
      { text: "hello", id: "a", to: undefined },
      { text: "hello", id: "a", to: ["bob"] },
    ]);
  });

  test("what has failed says so and can be tried again", async () => {
    room.fails = true;
    delivery.send("a", "hello");
    await settled();
    room.fails = false;
    delivery.retry("a");
    await settled();
    expect(events).toEqual(["sending a", "failed a", "sending a", "sent a"]);
    expect(room.sent).toHaveLength(1);
  });
});

describe("receiving", () => {
  test("puts the parts together and knows what it has had before", async () => {
    room.receive(stream("1", "he", "llo"), { identity: "ann" });
    await settled();
    room.receive(stream("1", "hello"), { identity: "ann" });
    await settled();
    expect(events).toEqual(["began ann/1 of ann", "arrived ann/1: hello"]);
  });

  test("one sender cannot use up another's id", async () => {
    room.receive(stream("1", "mine"), { identity: "ann" });
    room.receive(stream("1", "forged"), { identity: "bob" });
    await settled();
    expect(events).toContain("arrived ann/1: mine");
    expect(events).toContain("arrived bob/1: forged");
  });

  test("what is too long is lost, and what broke off may come again", async () => {
    room.receive(stream("1", "0123456789", "a"), { identity: "ann" });
    room.receive(stream("2", "half", new Error("gone")), { identity: "ann" });
    await settled();
    room.receive(stream("2", "whole"), { identity: "ann" });
    await settled();
    const ends = events.filter((event) => !event.startsWith("began"));
    expect(ends.slice(0, 2).sort()).toEqual(["lost ann/1", "lost ann/2"]);
    expect(ends.slice(2)).toEqual(["arrived ann/2: whole"]);
  });
});

describe("the seal", () => {
  test("what was not sealed is dropped and counted, whoever it is said to be from", async () => {
    room.receive(streamAs(0, "forged", "pay them"), { identity: "ann" });
    await settled();
    expect(events).toEqual([]);
    expect(seal.plain).toBe(1);
    room.receive(stream("real", "hello"), { identity: "ann" });
    await settled();
    expect(events).toEqual(["began ann/real of ann", "arrived ann/real: hello"]);
  });

  test("who is no member is neither read nor given what they missed", async () => {
    seal.strangers.add("eve");
    room.receive(stream("a", "hello"), { identity: "eve" });
    room.is("eve", "bob");
    room.is();
    delivery.send("b", "meanwhile");
    await settled();
    room.is("eve", "bob");
    await settled();
    expect(events.filter((event) => event.includes("eve"))).toEqual([]);
    expect(room.sent.map(({ to }) => to)).toEqual([undefined, ["bob"]]);
  });

  test("a message waits until those who have just come can read it", async () => {
    let whole: () => void = () => undefined;
    seal.keysAreWhole = new Promise((resolve) => (whole = resolve));
    delivery.send("a", "hello");
    await settled();
    expect(room.sent).toEqual([]);
    whole();
    await settled();
    expect(room.sent).toHaveLength(1);
  });
});
