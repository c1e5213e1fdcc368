/** The host's page asks for what is new about those who wait, again and again while it is open. */
import { useEffect, useRef } from "react";

import type { Desk } from "../pageMessages";

/** In milliseconds: an answer that has not come by then was lost with the app that owed it. */
const LOST_MS = 45_000;

export function useWatch(isHost: boolean, desk: Desk, onWatch: () => void): void {
  const watch = useRef(onWatch);
  watch.current = onWatch;
  useEffect(() => {
    if (!isHost) return undefined;
    watch.current();
    const timer = setInterval(() => watch.current(), LOST_MS);
    return () => clearInterval(timer);
    // Each answer has another id, and calls for the next.
  }, [isHost, desk.id]);
}
