/** Devices during the call: the lists, changing one, and falling back when one is unplugged. */
import type { Room } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { type TextKey, useWords } from "../shared/words";
import { type DeviceLists, listDevices, loadChoice, NO_DEVICES, saveChoice } from "./devices";

type Chosen = Record<MediaDeviceKind, string>;

const UNPLUGGED: Record<MediaDeviceKind, [TextKey, TextKey]> = {
  audioinput: ["microphone_unplugged", "microphone_gone"],
  videoinput: ["camera_unplugged", "camera_gone"],
  audiooutput: ["speaker_unplugged", "speaker_gone"],
};
const KINDS = Object.keys(UNPLUGGED) as MediaDeviceKind[];

export interface CallDevices {
  devices: DeviceLists;
  chosen: Chosen;
  choose: (kind: MediaDeviceKind, deviceId: string) => void;
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
      saveChoice({ ...loadChoice(), [kind]: deviceId });
      setChosen((before) => ({ ...before, [kind]: deviceId }));
      void room.switchActiveDevice(kind, deviceId).catch(() => notify(t("device_failed")));
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
        const [next] = now[kind];
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
