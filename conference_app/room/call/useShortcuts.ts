/** Listens for the room's keys; the space bar speaks for as long as it is held. */
import { useEffect, useRef } from "react";

import { type Action, actionFor, placeOf } from "./shortcuts";

export type Handlers = Partial<Record<Exclude<Action, "talk">, () => void>> & {
  talk?: (isDown: boolean) => void;
};

export function useShortcuts(handlers: Handlers): void {
  const current = useRef(handlers);
  current.current = handlers;

  useEffect(() => {
    let isTalking = false;
    const down = (event: KeyboardEvent) => {
      // A dialog has the keyboard to itself.
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const action = actionFor(event, placeOf(event.target));
      if (action === null) return;
      if (action === "talk") {
        event.preventDefault();
        if (isTalking) return;
        isTalking = true;
        current.current.talk?.(true);
        return;
      }
      const handler = current.current[action];
      if (!handler) return;
      if (action !== "escape") event.preventDefault();
      handler();
    };
    const stop = () => {
      if (!isTalking) return;
      isTalking = false;
      current.current.talk?.(false);
    };
    const up = (event: KeyboardEvent) => event.key === " " && stop();
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", stop);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", stop);
      stop();
    };
  }, []);
}
