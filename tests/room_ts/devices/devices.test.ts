import { beforeEach, describe, expect, mock, test } from "bun:test";

import { browser, livekit } from "../livekit";

mock.module("livekit-client", livekit);
const { openDevices, problemOf } = await import("../../../conference_app/room/devices/devices");
const { mutedWords } = await import("../../../conference_app/room/devices/ownTracks");

const BOTH_ON = { audioinput: "", videoinput: "", audiooutput: "", microphoneOn: true, cameraOn: true };
let asked: string[];
let allowed: string[];
let present: { kind: string; deviceId: string }[];

beforeEach(() => {
  asked = [];
  allowed = [];
  present = [];
  globalThis.window = { isSecureContext: true } as never;
  globalThis.navigator = {
    mediaDevices: { enumerateDevices: async () => present },
    permissions: { query: async ({ name }: { name: string }) => ({ state: allowed.includes(name) ? "granted" : "prompt" }) },
  } as never;
});

/** Each way of opening fails with the error that `fails` makes for it; null opens. */
function opening(fails: (what: string) => Error | null) {
  const open = (what: string) => async () => {
    asked.push(what);
    const error = fails(what);
    if (error) throw error;
    return what === "both" ? [{ kind: "audio" }, { kind: "video" }] : { kind: what };
  };
  Object.assign(browser, { openBoth: open("both"), openAudio: open("audio"), openVideo: open("video") });
}

describe("asking for devices", () => {
  test("who refuses both is asked once", async () => {
    opening(() => new DOMException("Permission denied", "NotAllowedError"));
    expect(await openDevices(BOTH_ON)).toEqual({ tracks: {}, problems: { audioinput: "denied", videoinput: "denied" } });
    expect(asked).toEqual(["both"]);
  });

  test("what was allowed before is opened without a question, when the other is refused", async () => {
    allowed = ["microphone"];
    opening((what) => (what === "audio" ? null : new DOMException("Permission denied", "NotAllowedError")));
    expect(await openDevices(BOTH_ON)).toEqual({ tracks: { audio: { kind: "audio" } } as never, problems: { videoinput: "denied" } });
    expect(asked).toEqual(["both", "audio"]);
  });

  test("a busy camera keeps the microphone", async () => {
    opening((what) => (what === "audio" ? null : new DOMException("", "NotReadableError")));
    expect(await openDevices(BOTH_ON)).toMatchObject({ tracks: { audio: { kind: "audio" } }, problems: { videoinput: "busy" } });
  });
});

describe("what is said of a failure", () => {
  test.each([
    ["NotAllowedError", "Permission denied", "denied"],
    ["NotAllowedError", "Permission denied by system", "system"],
    ["NotFoundError", "", "missing"],
    ["NotReadableError", "", "busy"],
    ["AbortError", "", "failed"],
    ["TypeError", "", "failed"],
  ])("%s (%s) is %s", (name, message, problem) => {
    expect(problemOf(new DOMException(message, name))).toBe(problem as never);
  });

  test("a page is called insecure only if it is", () => {
    globalThis.navigator = {} as never;
    expect(problemOf(null)).toBe("failed");
    globalThis.window = { isSecureContext: false } as never;
    expect(problemOf(null)).toBe("insecure");
  });
});

describe("why a device of one's own was muted", () => {
  const track = (readyState: string) => ({ readyState, getSettings: () => ({ deviceId: "one" }) }) as never;

  test("by the host, only while it still runs", async () => {
    expect(await mutedWords("audioinput", track("live"))).toBe("muted_by_server");
    expect(await mutedWords("videoinput", track("live"))).toBeNull();
  });

  test("it stopped although it is there", async () => {
    present = [{ kind: "audioinput", deviceId: "one" }, { kind: "videoinput", deviceId: "one" }];
    expect(await mutedWords("audioinput", track("ended"))).toBe("microphone_stopped");
    expect(await mutedWords("videoinput", track("ended"))).toBe("camera_stopped");
  });

  test("one that is not there any more was unplugged, as is said elsewhere", async () => {
    expect(await mutedWords("audioinput", track("ended"))).toBeNull();
  });
});
