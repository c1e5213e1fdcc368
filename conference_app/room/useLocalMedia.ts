/** The person's own camera and microphone before the call: open, change, switch off, hand over to the call. */
import type { LocalAudioTrack, LocalVideoTrack } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import {
  type DeviceChoice,
  type DeviceLists,
  type DeviceProblem,
  type InputKind,
  listDevices,
  loadChoice,
  NO_DEVICES,
  openCamera,
  openDevices,
  openMicrophone,
  problemOf,
  saveChoice,
} from "./devices";
import type { OwnTracks } from "./session";

export interface LocalMedia {
  choice: DeviceChoice;
  devices: DeviceLists;
  audio?: LocalAudioTrack;
  video?: LocalVideoTrack;
  problems: Partial<Record<InputKind, DeviceProblem>>;
  isOpening: boolean;
  toggle: (kind: InputKind) => void;
  choose: (kind: MediaDeviceKind, deviceId: string) => void;
  /** Gives the tracks away, those still opening included: from now on the taker stops them. */
  handOver: () => Promise<OwnTracks>;
}

interface Held {
  audio?: LocalAudioTrack;
  video?: LocalVideoTrack;
  problems: Partial<Record<InputKind, DeviceProblem>>;
  isOpening: boolean;
}

const NOTHING: Held = { problems: {}, isOpening: false };

/** `isActive` is true while the preview shows; what is open is released when it turns false, unless handed over. */
export function useLocalMedia(isActive: boolean): LocalMedia {
  const [choice, setChoice] = useState(loadChoice);
  const [held, setHeld] = useState<Held>(NOTHING);
  const [devices, setDevices] = useState(NO_DEVICES);
  const current = useRef<Held>(NOTHING);
  const wanted = useRef(choice);
  const opening = useRef<Promise<OwnTracks> | null>(null);
  const isTaken = useRef(false);

  const hold = useCallback((next: Held) => {
    current.current = next;
    setHeld(next);
  }, []);
  const refresh = useCallback(() => void listDevices().then(setDevices, () => undefined), []);
  const remember = useCallback((change: Partial<DeviceChoice>) => {
    wanted.current = { ...wanted.current, ...change };
    setChoice(wanted.current);
    saveChoice(wanted.current);
  }, []);

  useEffect(() => {
    if (!isActive) return undefined;
    let isOver = false;
    isTaken.current = false;
    hold({ problems: {}, isOpening: true });
    opening.current = openDevices(wanted.current).then((opened) => {
      opening.current = null;
      if (isTaken.current) return opened;
      if (isOver) {
        opened.audio?.stop();
        opened.video?.stop();
        return {};
      }
      const problems = { audioinput: opened.audioProblem, videoinput: opened.videoProblem };
      hold({ audio: opened.audio, video: opened.video, problems, isOpening: false });
      refresh();
      return {};
    });
    return () => {
      isOver = true;
      current.current.audio?.stop();
      current.current.video?.stop();
      hold(NOTHING);
    };
  }, [isActive, hold, refresh]);

  useEffect(() => {
    if (!isActive || !navigator.mediaDevices) return undefined;
    navigator.mediaDevices.addEventListener("devicechange", refresh);
    return () => navigator.mediaDevices.removeEventListener("devicechange", refresh);
  }, [isActive, refresh]);

  const open = useCallback(
    async (kind: InputKind) => {
      const key = kind === "audioinput" ? "audio" : "video";
      current.current[key]?.stop();
      const before = { ...current.current, [key]: undefined };
      try {
        const track = await (key === "audio" ? openMicrophone(wanted.current) : openCamera(wanted.current));
        hold({ ...current.current, [key]: track, problems: { ...before.problems, [kind]: undefined } });
        refresh();
      } catch (error) {
        hold({ ...current.current, [key]: undefined, problems: { ...before.problems, [kind]: problemOf(error) } });
      }
    },
    [hold, refresh],
  );

  const toggle = useCallback(
    (kind: InputKind) => {
      const key = kind === "audioinput" ? "audio" : "video";
      const flag = kind === "audioinput" ? "microphoneOn" : "cameraOn";
      const isOn = current.current[key] !== undefined;
      remember({ [flag]: !isOn });
      if (!isOn) return void open(kind);
      current.current[key]?.stop();
      hold({ ...current.current, [key]: undefined });
    },
    [hold, open, remember],
  );

  const choose = useCallback(
    (kind: MediaDeviceKind, deviceId: string) => {
      remember({ [kind]: deviceId });
      if (kind === "audiooutput") return;
      const isOn = kind === "audioinput" ? current.current.audio : current.current.video;
      if (isOn) void open(kind);
    },
    [open, remember],
  );

  const handOver = useCallback(async () => {
    const { audio, video } = current.current;
    isTaken.current = true;
    current.current = NOTHING;
    return opening.current ?? { audio, video };
  }, []);

  return { choice, devices, ...held, toggle, choose, handOver };
}
