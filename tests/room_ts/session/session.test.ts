import { beforeEach, describe, expect, mock, test } from "bun:test";

import type { Answer } from "../../../conference_app/room/pageMessages";
import { retryDelay } from "../../../conference_app/room/session/retries";

// The session needs livekit-client's names only: the real package wants a browser.
const events = { ConnectionStateChanged: "connection", Disconnected: "disconnected", ParticipantAttributesChanged: "attributes" };
const states = { Disconnected: "disconnected", Connected: "connected", Reconnecting: "reconnecting", SignalReconnecting: "signal" };
const reasons = { CLIENT_INITIATED: 1, DUPLICATE_IDENTITY: 2, PARTICIPANT_REMOVED: 4, ROOM_DELETED: 5, ROOM_CLOSED: 10 };
const unused = () => undefined;
mock.module("livekit-client", () => ({
  RoomEvent: events,
  ConnectionState: states,
  DisconnectReason: reasons,
  Track: {},
  createLocalTracks: unused,
  createLocalAudioTrack: unused,
  createLocalVideoTrack: unused,
  VideoPresets: { h720: {} },
}));
const { Session } = await import("../../../conference_app/room/session/session");

class FakeRoom {
  state = "disconnected";
  fails = 0;
  tokens: string[] = [];
  published: unknown[] = [];
  enabled: string[] = [];
  handlers = new Map<string, (value?: unknown, who?: unknown) => void>();
  localParticipant = {
    isMicrophoneEnabled: true,
    isCameraEnabled: false,
    publishTrack: async (track: unknown) => void this.published.push(track),
    setMicrophoneEnabled: async (isOn: boolean) => void this.enabled.push(`microphone ${isOn}`),
    setCameraEnabled: async (isOn: boolean) => void this.enabled.push(`camera ${isOn}`),
  };
  on(event: string, handler: (value?: unknown, who?: unknown) => void) {
    this.handlers.set(event, handler);
    return this;
  }
  off(event: string) {
    this.handlers.delete(event);
    return this;
  }
  async connect(_url: string, token: string) {
    this.tokens.push(token);
    if (this.fails-- > 0) throw new Error("down");
    this.state = "connected";
  }
  async disconnect() {
    this.state = "disconnected";
  }
  ends(reason?: number) {
    this.state = "disconnected";
    this.handlers.get(events.Disconnected)?.(reason);
  }
  changes(attributes: Record<string, string>, isLocal: boolean) {
    this.handlers.get(events.ParticipantAttributesChanged)?.(attributes, { isLocal });
  }
  turns(state: string) {
    this.state = state;
    this.handlers.get(events.ConnectionStateChanged)?.(state);
  }
}

let serial = 0;
const answer = (change: Partial<Answer>): Answer => ({
  id: `${++serial}`,
  kind: "admitted",
  token: `token ${serial}`,
  name: "Ada",
  role: "guest",
  subject: "Planning",
  code: "",
  message: "",
  host: "", when: "", wait_s: 0,
  ...change,
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

let room: FakeRoom;
let asked: string[];
let session: InstanceType<typeof Session>;
beforeEach(() => {
  globalThis.window = { location: { origin: "http://here" } } as never;
  globalThis.localStorage = { getItem: () => null, setItem: () => undefined } as never;
  room = new FakeRoom();
  asked = [];
  const ask = ({ name }: { name: string }) => void asked.push(name);
  session = new Session(room as never, ask, async () => ({ audio: "sound" as never }));
  session.attach();
});

const enter = async () => {
  session.join({ name: "Ada", passPhrase: "" });
  session.hear(answer({}));
  await settled();
};

describe("at the door", () => {
  test("who is admitted is in the call with the devices of the lobby", async () => {
    await enter();
    expect(session.snapshot().phase).toBe("call");
    expect(room.published).toEqual(["sound"]);
  });

  test("a refusal leads back to the form and says why", () => {
    session.join({ name: "Ada", passPhrase: "" });
    session.hear(answer({ kind: "refused", code: "wrong_pass_phrase", message: "No." }));
    expect(session.snapshot()).toMatchObject({ phase: "lobby", refusal: { code: "wrong_pass_phrase", message: "No." } });
  });

  test("who waits is let in by a later answer, and is asked for again after the page forgot", async () => {
    session.join({ name: "Ada", passPhrase: "" });
    session.hear(answer({ kind: "waiting" }));
    expect(session.snapshot().phase).toBe("waiting");
    session.askAgain();
    expect(asked).toEqual(["Ada", "Ada"]);
    session.hear(answer({}));
    await settled();
    expect(session.snapshot().phase).toBe("call");
  });

  test("who waits hears for what: the host's coming, or their yes", () => {
    session.join({ name: "Ada", passPhrase: "" });
    session.hear(answer({ kind: "waiting", code: "host", host: "Ann", when: "Today, 14:00 Warsaw" }));
    expect(session.snapshot()).toMatchObject({ waitsFor: "host", host: "Ann", when: "Today, 14:00 Warsaw" });
    session.hear(answer({ kind: "waiting", code: "admit", host: "Ann" }));
    expect(session.snapshot()).toMatchObject({ phase: "waiting", waitsFor: "admit" });
    session.hear(answer({ kind: "refused", code: "refused", message: "Not now." }));
    expect(session.snapshot()).toMatchObject({ phase: "lobby", refusal: { code: "refused" } });
  });

  test("who still waits when the page has waited long enough asks again, and who has left does not", () => {
    session.join({ name: "Ada", passPhrase: "" });
    session.hear(answer({ kind: "waiting" }));
    session.hear(answer({ kind: "ask_again" }));
    expect(asked).toEqual(["Ada", "Ada"]);
    expect(session.snapshot().phase).toBe("waiting");
    session.cancel();
    session.hear(answer({ kind: "ask_again" }));
    expect(asked).toEqual(["Ada", "Ada"]);
  });

  test("one answer counts once, and none counts unasked", async () => {
    session.hear(answer({}));
    expect(session.snapshot().phase).toBe("lobby");
    session.join({ name: "Ada", passPhrase: "" });
    const one = answer({});
    session.hear(one);
    session.hear(one);
    await settled();
    expect(room.tokens).toHaveLength(1);
  });

  test("a media process that is down is tried again with a fresh token", async () => {
    room.fails = 1;
    await enter();
    expect(session.snapshot()).toMatchObject({ phase: "connecting", failures: 1 });
    session.cancel();
    expect(session.snapshot().phase).toBe("lobby");
  });
});

describe("in the call", () => {
  test("who is handed the host's rights hosts, and nobody else's change counts", async () => {
    await enter();
    const before = session.snapshot().role;
    room.changes({ role: "host" }, false);
    expect(session.snapshot().role).toBe(before);
    room.changes({ role: "host" }, true);
    expect(session.snapshot().role).toBe("host");
  });

  test("a short break shows, and goes by itself", async () => {
    await enter();
    room.turns(states.Reconnecting);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: true });
    room.turns(states.Connected);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: false });
  });

  test("when livekit-client gives up we ask for a new token and switch on what was on", async () => {
    await enter();
    room.turns(states.Reconnecting);
    room.localParticipant.isMicrophoneEnabled = false;
    room.turns(states.Reconnecting);
    room.ends(undefined);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: true, failures: 1 });
    await new Promise((resolve) => setTimeout(resolve, retryDelay(1) + 50));
    expect(asked).toEqual(["Ada", "Ada"]);
    session.hear(answer({}));
    await settled();
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: false, failures: 0 });
    expect(room.enabled).toEqual(["microphone true"]);
  });

  test.each([
    [reasons.PARTICIPANT_REMOVED, "removed"],
    [reasons.ROOM_DELETED, "ended"],
    [reasons.ROOM_CLOSED, "ended"],
    [reasons.DUPLICATE_IDENTITY, "elsewhere"],
  ])("reason %p ends it as %p", async (reason, end) => {
    await enter();
    room.ends(reason as number);
    expect(session.snapshot()).toMatchObject({ phase: "over", end: end as never });
  });

  test("who comes back to a meeting that has ended meanwhile is told so", async () => {
    await enter();
    room.ends(undefined);
    session.hear(answer({ kind: "refused", code: "meeting_ended" }));
    expect(session.snapshot()).toMatchObject({ phase: "over", end: "ended" });
  });

  test("leaving is final until one joins again", async () => {
    await enter();
    await session.leave();
    room.ends(reasons.CLIENT_INITIATED);
    expect(session.snapshot()).toMatchObject({ phase: "over", end: "left" });
    session.again();
    expect(session.snapshot()).toMatchObject({ phase: "lobby", end: null });
  });
});
