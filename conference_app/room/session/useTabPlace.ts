/** One tab of a browser in a meeting at a time: a named lock that the tab in the call holds and another may take over. */
import { useCallback, useEffect, useRef, useState } from "react";

import { holdPlace } from "./tabPlace";

const LOOK_EVERY_MS = 2000;

export interface TabPlace {
  /** Whether another tab of this browser is in the meeting. */
  isElsewhere: boolean;
  /** Take the place, from another tab if need be; `onLost` runs when another tab takes it from here. */
  take: (onLost: () => void) => void;
  release: () => void;
}

/** `name` is the same for all tabs of one meeting. Browsers without locks, or that refuse them, simply allow several tabs. */
export function useTabPlace(name: string, isWatching: boolean): TabPlace {
  const [isElsewhere, setIsElsewhere] = useState(false);
  const letGo = useRef<(() => void) | null>(null);

  const release = useCallback(() => {
    letGo.current?.();
    letGo.current = null;
  }, []);

  const take = useCallback(
    (onLost: () => void) => {
      if (!navigator.locks || letGo.current) return;
      const held = new Promise<void>((resolve) => (letGo.current = resolve));
      void holdPlace(navigator.locks, name, held).then((isStolen) => {
        if (!isStolen) return;
        letGo.current = null;
        onLost();
      });
    },
    [name],
  );

  useEffect(() => {
    if (!isWatching || !navigator.locks) return undefined;
    const look = () =>
      void navigator.locks.query().then(
        ({ held }) => setIsElsewhere(!letGo.current && (held ?? []).some((lock) => lock.name === name)),
        () => undefined,
      );
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [name, isWatching]);

  useEffect(() => release, [release]);
  return { isElsewhere, take, release };
}
