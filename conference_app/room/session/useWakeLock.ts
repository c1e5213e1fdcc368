/** The screen stays on while this is shown. */
import { useEffect } from "react";

import { WakeLock } from "./wakeLock";

export function useWakeLock(): void {
  useEffect(() => {
    const lock = new WakeLock({
      request: navigator.wakeLock && (() => navigator.wakeLock.request("screen")),
      isVisible: () => document.visibilityState === "visible",
    });
    void lock.look();
    document.addEventListener("visibilitychange", lock.look);
    return () => {
      document.removeEventListener("visibilitychange", lock.look);
      void lock.release();
    };
  }, []);
}
