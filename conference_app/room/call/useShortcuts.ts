/** Listens for the room's keys; the space bar speaks for as long as it is held. */
import { useEffect, useRef } from "react";

import { type Action, actionFor, placeOf, type Shortcut } from "./shortcuts";

/** `act` does what a key stands for; `talk` begins and ends speaking. */
export function useShortcuts(shortcuts: Shortcut[], act: (action: Action) => void, talk: (isDown: boolean) => void): void {
  const current = useRef({ shortcuts, act, talk });
  current.current = { shortcuts, act, talk };

  useEffect(() => {
    let isTalking = false;
    const down = (event: KeyboardEvent) => {
      // A dialog has the keyboard to itself.
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const action = actionFor(event, placeOf(event.target), current.current.shortcuts);
      if (action === null) return;
      if (action === "talk") {
        event.preventDefault();
        if (isTalking) return;
        isTalking = true;
        current.current.talk(true);
        return;
      }
      if (action !== "escape") event.preventDefault();
      current.current.act(action);
    };
    const stop = () => {
      if (!isTalking) return;
      isTalking = false;
      current.current.talk(false);
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
