import { describe, expect, mock, test } from "bun:test";

import { livekit } from "../livekit";

// Opening is faked below: livekit-client's names are enough.
mock.module("livekit-client", livekit);
const { OwnMedia } = await import("../../../conference_app/room/lobby/ownMedia");
type Opened = import("../../../conference_app/room/devices/devices").Opened;

/** A device that is open until somebody stops it. */
class Device {
  isOpen = true;
  stop() {
    this.isOpen = false;
  }
}

const opened = (audio?: Device, video?: Device, problems = {}): Opened =>
  ({ tracks: { audio, video }, problems }) as unknown as Opened;

/** Openings that end when the test says so, in the order they began. */
class SlowBrowser {
  private waiting: Array<(found: Opened) => void> = [];
  private next = () => new Promise<Opened>((resolve) => this.waiting.push(resolve));
  readonly media = new OwnMedia({ openDevices: this.next, openOnly: this.next, listDevices: async () => ({ audioinput: [], videoinput: [], audiooutput: [] }) });

  async ends(index: number, found: Opened) {
    this.waiting[index](found);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** A preview with microphone and camera open. */
async function shown() {
  const browser = new SlowBrowser();
  const [microphone, camera] = [new Device(), new Device()];
  const hide = browser.media.show();
  await browser.ends(0, opened(microphone, camera));
  return { browser, media: browser.media, microphone, camera, hide };
}

describe("the preview", () => {
  test("shows what was opened and says what was not", async () => {
    const browser = new SlowBrowser();
    expect(browser.media.snapshot().opening).toEqual({ audioinput: true, videoinput: true });
    browser.media.show();
    expect(browser.media.snapshot().opening).toEqual({ audioinput: true, videoinput: true });
    const microphone = new Device();
    await browser.ends(0, opened(microphone, undefined, { videoinput: "busy" }));
    const { audio, video, problems, opening } = browser.media.snapshot();
    expect(audio as unknown).toBe(microphone);
    expect(video).toBeUndefined();
    expect(problems).toEqual({ audioinput: undefined, videoinput: "busy" });
    expect(opening).toEqual({ audioinput: false, videoinput: false });
  });

  test("lets go of everything when it ends", async () => {
    const { microphone, camera, hide } = await shown();
    hide();
    expect([microphone.isOpen, camera.isOpen]).toEqual([false, false]);
  });

  test("stops a device that opens after it ended", async () => {
    const browser = new SlowBrowser();
    const hide = browser.media.show();
    hide();
    const camera = new Device();
    await browser.ends(0, opened(undefined, camera));
    expect(camera.isOpen).toBe(false);
    expect(browser.media.snapshot().video).toBeUndefined();
  });
});

describe("changing devices", () => {
  test("stops the one before", async () => {
    const { browser, media, camera } = await shown();
    media.choose("videoinput", "other");
    expect(camera.isOpen).toBe(false);
    const other = new Device();
    await browser.ends(1, opened(undefined, other));
    expect(media.snapshot().video as unknown).toBe(other);
    expect(media.snapshot().audio).toBeDefined();
  });

  test("keeps the newest of two that open at once", async () => {
    const { browser, media } = await shown();
    for (const _press of ["off", "on", "off", "on"]) media.toggle("videoinput");
    const [first, second] = [new Device(), new Device()];
    await browser.ends(2, opened(undefined, second));
    await browser.ends(1, opened(undefined, first));
    expect(media.snapshot().video as unknown).toBe(second);
    expect(first.isOpen).toBe(false);
    expect(media.snapshot().opening.videoinput).toBe(false);
  });

  test("a device that is starting counts as on: pressing it switches it off", async () => {
    const browser = new SlowBrowser();
    browser.media.show();
    browser.media.toggle("videoinput");
    expect(browser.media.snapshot().opening).toEqual({ audioinput: true, videoinput: false });
    expect(browser.media.snapshot().choice.cameraOn).toBe(false);
    const camera = new Device();
    await browser.ends(0, opened(new Device(), camera));
    expect(camera.isOpen).toBe(false);
    expect(browser.media.snapshot()).toMatchObject({ video: undefined, opening: { audioinput: false, videoinput: false } });
  });

  test("a loudspeaker opens nothing", async () => {
    const { media, camera, microphone } = await shown();
    media.choose("audiooutput", "loud");
    expect(media.snapshot().choice.audiooutput).toBe("loud");
    expect([microphone.isOpen, camera.isOpen]).toEqual([true, true]);
  });

  test("a switched-off device is remembered as off", async () => {
    const { media, camera } = await shown();
    media.toggle("videoinput");
    expect(camera.isOpen).toBe(false);
    expect(media.snapshot().choice.cameraOn).toBe(false);
  });
});

describe("handing over", () => {
  test("gives the open tracks away and never stops them", async () => {
    const { media, microphone, camera, hide } = await shown();
    const handed = media.handOver();
    hide();
    expect((await handed) as unknown).toEqual({ audio: microphone, video: camera });
    expect([microphone.isOpen, camera.isOpen]).toEqual([true, true]);
  });

  test("waits for a camera that is just being opened", async () => {
    const { browser, media, hide } = await shown();
    media.choose("videoinput", "other");
    const handed = media.handOver();
    hide();
    const other = new Device();
    await browser.ends(1, opened(undefined, other));
    expect((await handed).video as unknown).toBe(other);
    expect(other.isOpen).toBe(true);
  });

  test("opens anew after the call", async () => {
    const { browser, media, hide } = await shown();
    const handed = media.handOver();
    hide();
    await handed;
    media.show();
    const camera = new Device();
    await browser.ends(1, opened(undefined, camera));
    expect(media.snapshot().video as unknown).toBe(camera);
  });
});
