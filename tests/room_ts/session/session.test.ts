import { beforeEach, describe, expect, mock, test } from "bun:test";

import { retryDelay } from "../../../conference_app/room/session/retries";
import { browser, EVENTS, FAILURES, livekit, REASONS, STATES } from "../livekit";

mock.module("livekit-client", livekit);
const { GroupEnded } = await import("../../../conference_app/room/encryption/groupKeys");
const { Session } = await import("../../../conference_app/room/session/session");
type Answer = import("../../../conference_app/room/pageMessages").Answer;

class FakeRoom {
  state = "disconnected";
  fails = 0;
  /** Whether the media process answers before a connection fails. */
  answers = false;
  tokens: string[] = [];
  published: unknown[] = [];
  enabled: string[] = [];
  handlers = new Map<string, (value?: unknown, who?: unknown) => void>();
  localParticipant = {
    isMicrophoneEnabled: false,
    isCameraEnabled: false,
    publishTrack: async (track: unknown) => {
      this.published.push(track);
      this.localParticipant.isMicrophoneEnabled = true;
    },
    setMicrophoneEnabled: async (isOn: boolean) => {
      this.enabled.push(`microphone ${isOn}`);
      if (this.refuses) throw new DOMException("", this.refuses);
      this.localParticipant.isMicrophoneEnabled = isOn;
    },
    setCameraEnabled: async (isOn: boolean) => void this.enabled.push(`camera ${isOn}`),
  };
  /** Name of the error with which a device refuses to be switched on. */
  refuses = "";
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
    if (this.answers) this.handlers.get(EVENTS.SignalConnected)?.();
    if (this.fails-- > 0) throw Object.assign(new Error("down"), { reason: FAILURES.InternalError });
    this.state = "connected";
  }
  async disconnect() {
    this.state = "disconnected";
  }
  ends(reason?: number) {
    this.state = "disconnected";
    this.localParticipant.isMicrophoneEnabled = false;
    this.handlers.get(EVENTS.Disconnected)?.(reason);
  }
  /** The person, or somebody else, mutes or unmutes the microphone. */
  mutes(isMuted: boolean) {
    this.localParticipant.isMicrophoneEnabled = !isMuted;
    const event = isMuted ? EVENTS.TrackMuted : EVENTS.TrackUnmuted;
    (this.handlers.get(event) as unknown as (...told: unknown[]) => void)({ source: "microphone", isMuted }, this.localParticipant);
  }
  changes(attributes: Record<string, string>, isLocal: boolean) {
    this.handlers.get(EVENTS.ParticipantAttributesChanged)?.(attributes, { isLocal });
  }
  turns(state: string) {
    this.state = state;
    this.handlers.get(EVENTS.ConnectionStateChanged)?.(state);
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

/** What becomes of the encryption, as a test wants it. */
class FakeSealing {
  entered: string[] = [];
  left = 0;
  fails: Error[] = [];
  ended: (reason: "removed" | "refused" | "forked") => void = () => undefined;
  async enter({ token }: { token: string }) {
    this.entered.push(token);
    const error = this.fails.shift();
    if (error) throw error;
  }
  leave() {
    this.left += 1;
  }
  watch(ended: FakeSealing["ended"]) {
    this.ended = ended;
    return () => undefined;
  }
}

let room: FakeRoom;
let sealing: FakeSealing;
let asked: string[];
let session: InstanceType<typeof Session>;
beforeEach(() => {
  globalThis.window = Object.assign(new EventTarget(), { location: { origin: "http://here" } }) as never;
  browser.isSupported = browser.canEncrypt = true;
  globalThis.localStorage = { getItem: () => null, setItem: () => undefined } as never;
  room = new FakeRoom();
  sealing = new FakeSealing();
  asked = [];
  const ask = ({ name }: { name: string }) => void asked.push(name);
  session = new Session(room as never, sealing as never, ask, async () => ({ audio: "sound" as never }));
  session.attach();
});

const enter = async () => {
  session.join({ name: "Ada", passPhrase: "" });
  session.hear(answer({}));
  await settled();
};

describe("asking to join", () => {
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
    expect(session.snapshot()).toMatchObject({ phase: "connecting", failures: 1, obstacle: "unreachable" });
    session.cancel();
    expect(session.snapshot().phase).toBe("lobby");
  });

  test("a network is said to block calls only when the media process had answered", async () => {
    room.fails = 1;
    room.answers = true;
    await enter();
    expect(session.snapshot()).toMatchObject({ phase: "connecting", failures: 1, obstacle: "blocked" });
    session.cancel();
    expect(session.snapshot().obstacle).toBeNull();
  });

  test("a browser without calls is told so at once, and is not tried again and again", () => {
    browser.isSupported = false;
    session.join({ name: "Ada", passPhrase: "" });
    expect(session.snapshot()).toMatchObject({ phase: "over", end: "unsupported" });
    expect(asked).toEqual([]);
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
    room.turns(STATES.Reconnecting);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: true });
    room.turns(STATES.Connected);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: false });
  });

  test("when livekit-client gives up we ask for a new token and switch on what was on", async () => {
    await enter();
    room.ends(undefined);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: true, failures: 1 });
    await new Promise((resolve) => setTimeout(resolve, retryDelay(1) + 50));
    expect(asked).toEqual(["Ada", "Ada"]);
    session.hear(answer({}));
    await settled();
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: false, failures: 0 });
    expect(room.enabled).toEqual(["microphone true"]);
  });

  const comeBack = async () => {
    await new Promise((resolve) => setTimeout(resolve, retryDelay(1) + 50));
    session.hear(answer({}));
    await settled();
  };

  test("what was muted stays muted after a lost call, whoever did it", async () => {
    await enter();
    room.mutes(true);
    room.ends(undefined);
    expect(session.snapshot().wanted).toEqual({ microphone: false, camera: false });
    await comeBack();
    expect(room.enabled).toEqual([]);
  });

  test("who mutes while the connection is gone is not heard when it is back", async () => {
    await enter();
    room.ends(undefined);
    expect(session.snapshot().wanted.microphone).toBe(true);
    session.want({ microphone: false });
    await comeBack();
    expect(session.snapshot()).toMatchObject({ isReconnecting: false, isStarting: false, wanted: { microphone: false } });
    expect(room.enabled).toEqual([]);
  });

  test("a device that does not come on again is named", async () => {
    await enter();
    globalThis.navigator = { mediaDevices: {} } as never;
    room.refuses = "NotReadableError";
    room.ends(undefined);
    await comeBack();
    expect(session.snapshot()).toMatchObject({ trouble: { kind: "audioinput", problem: "busy" }, wanted: { microphone: false } });
  });

  test("the SDK's own leaving, as of a frozen page, is a lost connection and not the end", async () => {
    await enter();
    room.ends(REASONS.CLIENT_INITIATED);
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: true });
  });

  test("a page that goes away lets the others see it at once", async () => {
    await enter();
    window.dispatchEvent(new Event("pagehide"));
    expect(room.state).toBe("disconnected");
    expect(session.snapshot().phase).toBe("call");
  });

  test.each([
    [REASONS.PARTICIPANT_REMOVED, "removed"],
    [REASONS.ROOM_DELETED, "ended"],
    [REASONS.ROOM_CLOSED, "ended"],
    [REASONS.DUPLICATE_IDENTITY, "elsewhere"],
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
    room.ends(REASONS.CLIENT_INITIATED);
    expect(session.snapshot()).toMatchObject({ phase: "over", end: "left" });
    session.again();
    expect(session.snapshot()).toMatchObject({ phase: "lobby", end: null });
  });
});

describe("the encryption", () => {
  test("comes in with the token of the admission, before anything is sent", async () => {
    let seal: () => void = () => undefined;
    sealing.enter = () => new Promise<void>((resolve) => (seal = resolve));
    await enter();
    expect(session.snapshot().phase).toBe("connecting");
    expect(room.published).toEqual([]);
    seal();
    await settled();
    expect(session.snapshot().phase).toBe("call");
    expect(room.published).toEqual(["sound"]);
  });

  test("that does not come about in time is tried again", async () => {
    sealing.fails = [new Error("no keys yet")];
    await enter();
    expect(session.snapshot()).toMatchObject({ phase: "connecting", failures: 1, obstacle: "unreachable" });
    expect(room.state).toBe("disconnected");
  });

  test.each([["root", "other_root"], ["ticket", "no_ticket"], ["version", "outdated"], ["forked", "forked"]] as const)(
    "that ends by %s ends the call and says so",
    async (reason, end) => {
      sealing.fails = [new GroupEnded(reason)];
      await enter();
      expect(session.snapshot()).toMatchObject({ phase: "over", end });
      expect(room.state).toBe("disconnected");
    },
  );

  test("whose members no longer agree ends a running call", async () => {
    await enter();
    sealing.ended("forked");
    await settled();
    expect(session.snapshot()).toMatchObject({ phase: "over", end: "forked" });
    expect(room.state).toBe("disconnected");
  });

  test("that refuses an old token gets a newer one, and the call goes on", async () => {
    await enter();
    sealing.ended("refused");
    expect(asked).toEqual(["Ada", "Ada"]);
    session.hear(answer({ token: "newer" }));
    await settled();
    expect(sealing.entered.at(-1)).toBe("newer");
    expect(session.snapshot()).toMatchObject({ phase: "call", isReconnecting: false });
  });

  test("is left by whoever leaves, and by whoever stops waiting for it", async () => {
    await enter();
    const before = sealing.left;
    await session.leave();
    expect(sealing.left).toBe(before + 1);
    session.again();
    sealing.enter = () => new Promise<void>(() => undefined);
    await enter();
    session.cancel();
    expect(sealing.left).toBe(before + 2);
    expect(session.snapshot().phase).toBe("lobby");
  });

  test("that a browser lacks is told before asking", () => {
    browser.canEncrypt = false;
    session.join({ name: "Ada", passPhrase: "" });
    expect(session.snapshot()).toMatchObject({ phase: "over", end: "unsupported" });
    expect(asked).toEqual([]);
  });
});
