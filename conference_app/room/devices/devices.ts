/** Cameras, microphones and speakers: opening them, naming what went wrong, remembering the choice. */
import {
  createLocalAudioTrack,
  createLocalTracks,
  createLocalVideoTrack,
  type LocalAudioTrack,
  type LocalTrack,
  type LocalVideoTrack,
  Track,
  VideoPresets,
} from "livekit-client";

export type InputKind = "audioinput" | "videoinput";
/**
 * Why there is no picture or sound. `denied`: by the browser or the person; `system`: by the operating system;
 * `insecure`: browsers give devices to https pages only.
 */
export type DeviceProblem = "denied" | "system" | "missing" | "busy" | "insecure" | "failed";

export interface OwnTracks {
  audio?: LocalAudioTrack;
  video?: LocalVideoTrack;
}

export interface DeviceChoice {
  audioinput: string;
  videoinput: string;
  audiooutput: string;
  microphoneOn: boolean;
  cameraOn: boolean;
}

const STORED_AS = "parley.devices";
const DEFAULT_CHOICE: DeviceChoice = {
  audioinput: "",
  videoinput: "",
  audiooutput: "",
  microphoneOn: true,
  cameraOn: true,
};

/** The choice made last time in this browser. */
export function loadChoice(): DeviceChoice {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
    return { ...DEFAULT_CHOICE, ...(typeof stored === "object" ? stored : {}) };
  } catch {
    return DEFAULT_CHOICE;
  }
}

export function saveChoice(choice: DeviceChoice): void {
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(choice));
  } catch {
    // A browser that keeps nothing asks again next time: no reason to bother anybody.
  }
}

/** Chromium names the operating system in the message alone: "Permission denied by system". */
const BY_SYSTEM = /by system/i;

/** What to tell the person about a failed getUserMedia or getDisplayMedia. */
export function problemOf(error: unknown): DeviceProblem {
  if (!navigator.mediaDevices) return window.isSecureContext ? "failed" : "insecure";
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  if (name === "NotAllowedError") return BY_SYSTEM.test(message) ? "system" : "denied";
  if (name === "SecurityError") return "denied";
  if (name === "NotFoundError") return "missing";
  if (name === "NotReadableError") return "busy";
  return "failed";
}

const ideal = (deviceId: string) => (deviceId ? { deviceId: { ideal: deviceId } } : {});

export const cameraOptions = (deviceId: string) => ({ ...ideal(deviceId), resolution: VideoPresets.h720.resolution });
export const microphoneOptions = (deviceId: string) => ({
  ...ideal(deviceId),
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
});

/** What opening led to: a track or a problem for each device that was wanted. */
export interface Opened {
  tracks: OwnTracks;
  problems: Partial<Record<InputKind, DeviceProblem>>;
}

/** Open one device. */
export async function openOnly(kind: InputKind, choice: DeviceChoice): Promise<Opened> {
  try {
    const tracks =
      kind === "audioinput"
        ? { audio: await createLocalAudioTrack(microphoneOptions(choice.audioinput)) }
        : { video: await createLocalVideoTrack(cameraOptions(choice.videoinput)) };
    return { tracks, problems: {} };
  } catch (error) {
    return { tracks: {}, problems: { [kind]: problemOf(error) } };
  }
}

const PERMISSIONS: Record<InputKind, string> = { audioinput: "microphone", videoinput: "camera" };

/** Whether opening `kind` asks the person nothing, as they have allowed it before. False where browsers do not say. */
async function isAllowed(kind: InputKind): Promise<boolean> {
  const name = PERMISSIONS[kind] as PermissionName;
  const status = await navigator.permissions?.query({ name }).catch(() => null);
  return status?.state === "granted";
}

/** Open what is wanted. Both at once first, so that the browser asks once; then each alone, to see which one fails. */
export async function openDevices(choice: DeviceChoice): Promise<Opened> {
  const { microphoneOn, cameraOn } = choice;
  if (!navigator.mediaDevices) {
    const problem = problemOf(null);
    return { tracks: {}, problems: { audioinput: problem, videoinput: problem } };
  }
  if (!microphoneOn || !cameraOn) {
    if (microphoneOn) return openOnly("audioinput", choice);
    return cameraOn ? openOnly("videoinput", choice) : { tracks: {}, problems: {} };
  }
  const both = await openBoth(choice).catch(problemOf);
  if (typeof both !== "string") return { tracks: both, problems: {} };
  const sound = await openAfter(both, "audioinput", choice);
  const picture = await openAfter(both, "videoinput", choice);
  return { tracks: { ...sound.tracks, ...picture.tracks }, problems: { ...sound.problems, ...picture.problems } };
}

/** Open one device after both together led to `problem`. Whoever has refused is not asked again. */
async function openAfter(problem: DeviceProblem, kind: InputKind, choice: DeviceChoice): Promise<Opened> {
  const isRefused = problem === "denied" || problem === "system";
  if (isRefused && !(await isAllowed(kind))) return { tracks: {}, problems: { [kind]: problem } };
  return openOnly(kind, choice);
}

/** Throws when one of the two cannot be had; which one, only opening each alone tells. */
async function openBoth(choice: DeviceChoice): Promise<OwnTracks> {
  const audio = microphoneOptions(choice.audioinput);
  const video = cameraOptions(choice.videoinput);
  const tracks = await createLocalTracks({ audio, video });
  const find = (kind: Track.Kind) => tracks.find((track: LocalTrack) => track.kind === kind);
  return {
    audio: find(Track.Kind.Audio) as LocalAudioTrack | undefined,
    video: find(Track.Kind.Video) as LocalVideoTrack | undefined,
  };
}

export type DeviceLists = Record<MediaDeviceKind, MediaDeviceInfo[]>;
/** Before it is known which there are. */
export const NO_DEVICES: DeviceLists = { audioinput: [], videoinput: [], audiooutput: [] };

/** All devices by kind. Until the person has allowed one, browsers say only that there are some: without id and name. */
export async function listDevices(): Promise<DeviceLists> {
  const lists: DeviceLists = { audioinput: [], videoinput: [], audiooutput: [] };
  for (const device of (await navigator.mediaDevices?.enumerateDevices()) ?? []) lists[device.kind].push(device);
  return lists;
}

/** Those of `devices` that can be chosen. */
export function named(devices: MediaDeviceInfo[]): MediaDeviceInfo[] {
  return devices.filter((device) => device.deviceId);
}

/** Whether this browser lets a page choose the loudspeaker. */
export function canChooseSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}
