// A message in a corner, which outlives a move to another page.

import * as React from "react";
import { useEffect, useState } from "react";

type ToastProps = {
  serial: number;
  seconds: number;
  className: string;
  close: string;
  buttonClass: string;
  children?: React.ReactNode;
};

const TOAST_KEY = "parley_notice";

/** Whether message `serial` is still due: it outlives a move to another page, but not its time nor a reload later on. */
function isDue(serial: number, seconds: number): boolean {
  const [seen, until] = (sessionStorage.getItem(TOAST_KEY) ?? "").split(" ").map(Number);
  if (seen === serial) return Date.now() < until;
  sessionStorage.setItem(TOAST_KEY, `${serial} ${Date.now() + (seconds || 3600) * 1000}`);
  return true;
}

/** Says something in a corner for a while; another `serial` is another message. Pointing at it keeps it. */
export function Toast({ serial, seconds, className, close, buttonClass, children }: ToastProps) {
  const [shown, setShown] = useState(0);
  const [held, setHeld] = useState(false);
  useEffect(() => setShown(serial && isDue(serial, seconds) ? serial : 0), [serial, seconds]);
  const dismiss = () => {
    sessionStorage.setItem(TOAST_KEY, `${serial} 0`);
    setShown(0);
  };
  useEffect(() => {
    if (!shown || held || !seconds) return undefined;
    const timer = window.setTimeout(() => setShown(0), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [shown, held, seconds]);
  return (
    <div role="status" aria-live="polite">
      {shown > 0 && (
        <div className={className} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
          {children}
          <button type="button" className={buttonClass} onClick={dismiss}>
            {close}
          </button>
        </div>
      )}
    </div>
  );
}
