/** Brings a person whose page was loaded anew during a call back into it, without a click. */
import { useEffect, useRef, useState } from "react";

import { callBefore, forgetCall, rememberCall } from "./callBefore";
import type { Phase } from "./session";

/** `isReady`: what is needed to join is there. `join` is called once at most; whoever is refused finds the lobby. */
export function useReturn(code: string, phase: Phase, name: string, isReady: boolean, join: (name: string) => void): void {
  const [before] = useState(() => callBefore(code));
  const isDue = useRef(before !== null);
  const come = useRef(join);
  come.current = join;
  useEffect(() => {
    if (phase === "call") rememberCall({ code, name });
    if (phase === "over") forgetCall();
  }, [code, phase, name]);
  useEffect(() => {
    if (!isReady || !isDue.current || before === null) return;
    isDue.current = false;
    forgetCall();
    come.current(before);
  }, [isReady, before]);
}
