/** Devices during the call: the lists, changing one, and falling back when one is unplugged. */
import type { Room } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { type DeviceLists, listDevices, loadChoice, named, NO_DEVICES, saveChoice } from "./devices";
import { type TextKey, useWords } from "../shared/words";

type Chosen = Record<MediaDeviceKind, string>;

const UNPLUGGED: Record<MediaDeviceKind, [TextKey, TextKey]> = {
  audioinput: ["microphone_unplugged", "microphone_gone"],
  videoinput: ["camera_unplugged", "camera_gone"],
  audiooutput: ["speaker_unplugged", "speaker_gone"],
};
const FAILED: Record<MediaDeviceKind, TextKey> = {
  audioinput: "microphone_failed",
  videoinput: "camera_failed",
  audiooutput: "speaker_failed",
};
const KINDS = Object.keys(UNPLUGGED) as MediaDeviceKind[];

export interface CallDevices {
  devices: DeviceLists;
  chosen: Chosen;
  choose: (kind: MediaDeviceKind, deviceId: string) => void;
}

/** Use another device, or the one before if it does not start. What to say if it did not. */
async function change(room: Room, kind: MediaDeviceKind, deviceId: string, before: string): Promise<TextKey | null> {
  const isInUse = (id: string) =>
    room.switchActiveDevice(kind, id).then(
      () => true,
      () => false,
    );
  if (await isInUse(deviceId)) return null;
  if (before && (await isInUse(before))) return "device_failed";
  // Neither runs: livekit-client would go on showing it as on.
  if (kind === "audioinput") await room.localParticipant.setMicrophoneEnabled(false);
  if (kind === "videoinput") await room.localParticipant.setCameraEnabled(false);
  return FAILED[kind];
}

/** What the room uses now, else what was chosen before. */
function activeDevices(room: Room): Chosen {
  const choice = loadChoice();
  const one = (kind: MediaDeviceKind) => room.getActiveDevice(kind) || choice[kind];
  return { audioinput: one("audioinput"), videoinput: one("videoinput"), audiooutput: one("audiooutput") };
}

export function useCallDevices(room: Room, notify: (text: string) => void): CallDevices {
  const { t } = useWords();
  const [devices, setDevices] = useState<DeviceLists>(NO_DEVICES);
  const [chosen, setChosen] = useState<Chosen>(() => activeDevices(room));
  const known = useRef<DeviceLists>(NO_DEVICES);

  const choose = useCallback(
    (kind: MediaDeviceKind, deviceId: string) => {
      const before = activeDevices(room)[kind];
      saveChoice({ ...loadChoice(), [kind]: deviceId });
      setChosen((chosen) => ({ ...chosen, [kind]: deviceId }));
      void change(room, kind, deviceId, before).then((words) => {
        if (!words) return;
        setChosen(activeDevices(room));
        notify(t(words));
      });
    },
    [room, notify, t],
  );

  useEffect(() => {
    if (!navigator.mediaDevices) return undefined;
    let isOver = false;
    const refresh = async () => {
      const now = await listDevices();
      if (isOver) return;
      const before = known.current;
      known.current = now;
      setDevices(now);
      const active = activeDevices(room);
      setChosen(active);
      for (const kind of KINDS) {
        const has = (list: MediaDeviceInfo[]) => list.some((device) => device.deviceId === active[kind]);
        if (!active[kind] || !has(before[kind]) || has(now[kind])) continue;
        const [next] = named(now[kind]);
        const [replaced, gone] = UNPLUGGED[kind];
        notify(next ? t(replaced, { name: next.label }) : t(gone));
        if (next) choose(kind, next.deviceId);
      }
    };
    const changed = () => void refresh().catch(() => undefined);
    changed();
    navigator.mediaDevices.addEventListener("devicechange", changed);
    return () => {
      isOver = true;
      navigator.mediaDevices.removeEventListener("devicechange", changed);
    };
  }, [room, notify, choose, t]);

  useEffect(() => {
    const { audiooutput } = loadChoice();
    // A speaker that is not there any more leaves the browser's own choice in place.
    if (audiooutput) void room.switchActiveDevice("audiooutput", audiooutput).catch(() => undefined);
  }, [room]);

  return { devices, chosen, choose };
}
