/** Choosing camera, microphone and speaker: native menus, so that every phone and screen reader knows them. */
import { Camera, ChevronDown, type LucideIcon, Mic, Volume2 } from "lucide-react";
import { type ReactNode, useState } from "react";

import { play } from "../shared/chimes";
import { type TextKey, useWords } from "../shared/words";
import { canChooseSpeaker, type DeviceLists, named, NO_DEVICES } from "./devices";

const LABELS: Record<MediaDeviceKind, TextKey> = {
  audioinput: "microphone",
  videoinput: "camera",
  audiooutput: "speaker",
};
const ICONS: Record<MediaDeviceKind, LucideIcon> = { audioinput: Mic, videoinput: Camera, audiooutput: Volume2 };

/** What a menu says that has nothing to choose from. */
function emptyWords(lists: DeviceLists, kind: MediaDeviceKind): TextKey {
  if (lists === NO_DEVICES) return "devices_starting";
  return lists[kind].length > 0 ? "devices_hidden" : "no_device";
}

interface DeviceMenuProps {
  kind: MediaDeviceKind;
  lists: DeviceLists;
  chosen: string;
  onChoose: (kind: MediaDeviceKind, deviceId: string) => void;
  children?: ReactNode;
}

export function DeviceMenu({ kind, lists, chosen, onChoose, children }: DeviceMenuProps) {
  const { t } = useWords();
  const devices = named(lists[kind]);
  const Icon = ICONS[kind];
  const value = devices.some((device) => device.deviceId === chosen) ? chosen : (devices[0]?.deviceId ?? "");
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className="flex h-6 items-center justify-between gap-2">
        <label htmlFor={`device-${kind}`} className="text-sm font-medium text-ink">
          {t(LABELS[kind])}
        </label>
        {children}
      </div>
      <div className="relative">
        <Icon size={16} aria-hidden className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-faint" />
        <select
          id={`device-${kind}`}
          value={value}
          disabled={devices.length === 0}
          onChange={(event) => onChoose(kind, event.target.value)}
          className="h-[var(--control-height)] w-full appearance-none truncate rounded-control border border-line-strong/60 bg-surface-raised pr-9 pl-9 text-sm text-ink disabled:text-ink-faint"
        >
          {devices.length === 0 && <option value="">{t(emptyWords(lists, kind))}</option>}
          {devices.map((device, index) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || `${t(LABELS[kind])} ${index + 1}`}
            </option>
          ))}
        </select>
        <ChevronDown size={16} aria-hidden className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-ink-faint" />
      </div>
    </div>
  );
}

/** Plays a short sound on the chosen speaker. */
export function TestSound({ speakerId }: { speakerId: string }) {
  const { t } = useWords();
  const [isPlaying, setIsPlaying] = useState(false);
  const test = () => {
    if (isPlaying) return;
    setIsPlaying(true);
    void play("test", speakerId).then(
      () => setIsPlaying(false),
      () => setIsPlaying(false),
    );
  };
  return (
    <button type="button" onClick={test} className="rounded px-1 pointer-coarse:-my-3 pointer-coarse:py-3 text-sm font-medium text-accent-ink hover:underline">
      {isPlaying ? t("test_sound_playing") : t("test_sound")}
    </button>
  );
}

/** The three menus in a row, one below the other on a phone. */
export function DeviceMenus(props: {
  devices: DeviceLists;
  chosen: Record<MediaDeviceKind, string>;
  onChoose: (kind: MediaDeviceKind, deviceId: string) => void;
  meter?: ReactNode;
}) {
  const one = (kind: MediaDeviceKind, extra?: ReactNode) => (
    <DeviceMenu kind={kind} lists={props.devices} chosen={props.chosen[kind]} onChoose={props.onChoose}>
      {extra}
    </DeviceMenu>
  );
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      {one("audioinput", props.meter)}
      {one("videoinput")}
      {canChooseSpeaker() && one("audiooutput", <TestSound speakerId={props.chosen.audiooutput} />)}
    </div>
  );
}
