// What happens, or shows, after a time.

import * as React from "react";
import { useEffect, useRef, useState } from "react";

/** Shows its content only when it has been wanted for `seconds`, so that a blink of the network shows nothing. */
export function Delayed({ seconds, children }: { seconds: number; children?: React.ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setDue(true), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [seconds]);
  return due ? <>{children}</> : null;
}

/** Does `what` every `seconds`, as it is at that moment. */
export function useEvery(seconds: number, what: () => void) {
  const now = useRef(what);
  useEffect(() => {
    now.current = what;
  });
  useEffect(() => {
    const timer = window.setInterval(() => now.current(), seconds * 1000);
    return () => window.clearInterval(timer);
  }, [seconds]);
}

/** Calls `onLook` every `seconds` for as long as it is on a page that can be seen. */
export function LookAgain({ seconds, onLook }: { seconds: number; onLook: () => void }) {
  useEvery(seconds, () => {
    if (document.visibilityState === "visible") onLook();
  });
  return null;
}
