/**
 * The person's own camera and microphone before the call: opened, changed, switched off, handed over to the call.
 *
 * It lives outside React, as a device takes a while to open: whatever has happened meanwhile, what is opened is shown,
 * handed over or stopped, and no camera stays on unseen.
 */
import type { LocalAudioTrack, LocalVideoTrack } from "livekit-client";

import {
  type DeviceChoice,
  type DeviceLists,
  type DeviceProblem,
  type InputKind,
  listDevices,
  loadChoice,
  NO_DEVICES,
  type Opened,
  openDevices,
  openOnly,
  type OwnTracks,
  saveChoice,
} from "../devices/devices";

export interface MediaState {
  choice: DeviceChoice;
  devices: DeviceLists;
  audio?: LocalAudioTrack;
  video?: LocalVideoTrack;
  problems: Partial<Record<InputKind, DeviceProblem>>;
  /** Which are being opened: not on yet, and nothing is wrong with them. */
  opening: Partial<Record<InputKind, boolean>>;
}

type Medium = keyof OwnTracks;

const MEDIUM: Record<InputKind, Medium> = { audioinput: "audio", videoinput: "video" };
const SWITCH = { audioinput: "microphoneOn", videoinput: "cameraOn" } as const;

/** How devices are opened; tests put their own in its place. */
export const BROWSER = { openDevices, openOnly, listDevices };

/** Before anything was tried: what is wanted is about to be opened, and nothing has failed. */
function start(choice: DeviceChoice): MediaState {
  const opening = { audioinput: choice.microphoneOn, videoinput: choice.cameraOn };
  return { choice, devices: NO_DEVICES, problems: {}, opening };
}

export class OwnMedia {
  private state = start(loadChoice());
  private listeners = new Set<() => void>();
  /** Counts the attempts of each medium: an older one that ends later has been overtaken. */
  private attempts: Record<Medium, number> = { audio: 0, video: 0 };
  private lastOpening: Promise<void> = Promise.resolve();
  /** What is still being opened goes here once the tracks are handed over. */
  private late: OwnTracks | null = null;

  constructor(private readonly browser = BROWSER) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): MediaState => this.state;

  /** Begin the preview; the returned function ends it and lets go of what nobody has taken over. */
  show = (): (() => void) => {
    this.late = null;
    this.begin(["audioinput", "videoinput"], this.browser.openDevices(this.state.choice));
    return this.hide;
  };

  /** Look again which devices there are. */
  refresh = (): void => {
    void this.browser.listDevices().then(
      (devices) => this.set({ devices }),
      () => this.set({ devices: { ...NO_DEVICES } }),
    );
  };

  toggle = (kind: InputKind): void => {
    const isOn = this.isOn(kind);
    this.remember({ [SWITCH[kind]]: !isOn });
    if (isOn) this.release(kind);
    else this.open(kind);
  };

  choose = (kind: MediaDeviceKind, deviceId: string): void => {
    this.remember({ [kind]: deviceId });
    if (kind !== "audiooutput" && this.isOn(kind)) this.open(kind);
  };

  /** Whether it is on, or is about to be. */
  private isOn(kind: InputKind): boolean {
    return this.state[MEDIUM[kind]] !== undefined || this.state.opening[kind] === true;
  }

  /** Gives the tracks away, those still opening included: from now on the taker stops them. */
  handOver = async (): Promise<OwnTracks> => {
    const { audio, video } = this.state;
    const late: OwnTracks = (this.late = {});
    this.set({ audio: undefined, video: undefined });
    await this.lastOpening;
    return { audio, video, ...late };
  };

  private hide = (): void => {
    this.release("audioinput");
    this.release("videoinput");
    this.set({ problems: {}, opening: start(this.state.choice).opening });
  };

  private open(kind: InputKind): void {
    this.release(kind);
    this.begin([kind], this.browser.openOnly(kind, this.state.choice));
  }

  /** Stop a medium; an attempt that is under way is overtaken, unless its track is promised to somebody. */
  private release(kind: InputKind): void {
    const medium = MEDIUM[kind];
    if (this.late === null) this.attempts[medium] += 1;
    this.state[medium]?.stop();
    this.set({ [medium]: undefined, opening: { ...this.state.opening, [kind]: false } });
  }

  private begin(kinds: InputKind[], opened: Promise<Opened>): void {
    const attempts = kinds.map((kind) => (this.attempts[MEDIUM[kind]] += 1));
    const wanted = kinds.map((kind) => [kind, this.state.choice[SWITCH[kind]]]);
    this.set({ opening: { ...this.state.opening, ...Object.fromEntries(wanted) } });
    const settled = opened.then((found) => {
      kinds.forEach((kind, index) => this.settle(kind, attempts[index], found));
      if (this.late === null) this.refresh();
    });
    this.lastOpening = Promise.all([this.lastOpening, settled]).then(() => undefined);
  }

  private settle(kind: InputKind, attempt: number, { tracks, problems }: Opened): void {
    const medium = MEDIUM[kind];
    const isCurrent = this.attempts[medium] === attempt;
    if (isCurrent) this.set({ opening: { ...this.state.opening, [kind]: false } });
    if (!isCurrent) tracks[medium]?.stop();
    else if (this.late) Object.assign(this.late, tracks[medium] && { [medium]: tracks[medium] });
    else this.set({ [medium]: tracks[medium], problems: { ...this.state.problems, [kind]: problems[kind] } });
  }

  private remember(change: Partial<DeviceChoice>): void {
    this.set({ choice: { ...this.state.choice, ...change } });
    saveChoice(this.state.choice);
  }

  private set(change: Partial<MediaState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
