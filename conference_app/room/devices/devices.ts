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
/** Why there is no picture or sound. `insecure`: browsers give devices to https pages only. */
export type DeviceProblem = "denied" | "missing" | "busy" | "insecure" | "failed";

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

/** What to tell the person about a failed getUserMedia. */
export function problemOf(error: unknown): DeviceProblem {
  if (!navigator.mediaDevices) return "insecure";
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
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

/** Open what is wanted. Both at once first, so that the browser asks once; then each alone, to see which one fails. */
export async function openDevices(choice: DeviceChoice): Promise<Opened> {
  const { microphoneOn, cameraOn } = choice;
  if (!navigator.mediaDevices) return { tracks: {}, problems: { audioinput: "insecure", videoinput: "insecure" } };
  if (microphoneOn && cameraOn) {
    const tracks = await openBoth(choice);
    if (tracks) return { tracks, problems: {} };
  }
  const nothing: Opened = { tracks: {}, problems: {} };
  const sound = microphoneOn ? await openOnly("audioinput", choice) : nothing;
  const picture = cameraOn ? await openOnly("videoinput", choice) : nothing;
  return { tracks: { ...sound.tracks, ...picture.tracks }, problems: { ...sound.problems, ...picture.problems } };
}

/** Null when one of the two cannot be had; which one, only opening each alone tells. */
async function openBoth(choice: DeviceChoice): Promise<OwnTracks | null> {
  const audio = microphoneOptions(choice.audioinput);
  const video = cameraOptions(choice.videoinput);
  const tracks = await createLocalTracks({ audio, video }).catch(() => null);
  const find = (kind: Track.Kind) => tracks?.find((track: LocalTrack) => track.kind === kind);
  return (
    tracks && {
      audio: find(Track.Kind.Audio) as LocalAudioTrack | undefined,
      video: find(Track.Kind.Video) as LocalVideoTrack | undefined,
    }
  );
}

export type DeviceLists = Record<MediaDeviceKind, MediaDeviceInfo[]>;
export const NO_DEVICES: DeviceLists = { audioinput: [], videoinput: [], audiooutput: [] };

/** All devices by kind. Names are empty until the person has allowed one device. */
export async function listDevices(): Promise<DeviceLists> {
  const lists: DeviceLists = { audioinput: [], videoinput: [], audiooutput: [] };
  if (!navigator.mediaDevices) return lists;
  for (const device of await navigator.mediaDevices.enumerateDevices()) {
    if (device.deviceId) lists[device.kind].push(device);
  }
  return lists;
}

/** Whether this browser lets a page choose the loudspeaker. */
export function canChooseSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}
