/** The own camera and microphone for React. */
import { useEffect, useState, useSyncExternalStore } from "react";

import { OwnMedia } from "./ownMedia";

/** `isActive` is true while the preview shows; what is open is released when it turns false, unless handed over. */
export function useOwnMedia(isActive: boolean) {
  const [media] = useState(() => new OwnMedia());
  const state = useSyncExternalStore(media.subscribe, media.snapshot);
  const { show, refresh, toggle, choose, handOver } = media;

  useEffect(() => (isActive ? show() : undefined), [isActive, show]);
  useEffect(() => {
    if (!isActive || !navigator.mediaDevices) return undefined;
    navigator.mediaDevices.addEventListener("devicechange", refresh);
    return () => navigator.mediaDevices.removeEventListener("devicechange", refresh);
  }, [isActive, refresh]);

  return { ...state, toggle, choose, handOver };
}

/** What the lobby sees of the devices, and what it can do with them. */
export type ShownMedia = ReturnType<typeof useOwnMedia>;
