// A message over the page it belongs to.

import * as React from "react";
import { useEffect, useState } from "react";
import { Placed } from "./placed";

type ToastProps = {
  serial: number;
  seconds: number;
  path: string;
  className: string;
  close: string;
  buttonClass: string;
  children?: React.ReactNode;
};

const TOAST_KEY = "parley_notice";

const withoutEnd = (path: string) => path.replace(/\/$/, "");

/** Whether message `serial` is due on this page: until its time is over, also after a reload, and on no other page. */
function isDue(serial: number, seconds: number, path: string): boolean {
  const here = withoutEnd(window.location.pathname);
  const [seen, until, page] = (sessionStorage.getItem(TOAST_KEY) ?? "").split(" ");
  if (Number(seen) === serial) return page === here && Date.now() < Number(until);
  if (path && withoutEnd(path) !== here) return false;
  sessionStorage.setItem(TOAST_KEY, `${serial} ${Date.now() + (seconds || 3600) * 1000} ${here}`);
  return true;
}

/**
 * Says something for a while; another `serial` is another message. Pointing at it keeps it.
 *
 * It ends with its page: the one it appeared on, or the one at `path` where that is still to come.
 */
export function Toast({ serial, seconds, path, className, close, buttonClass, children }: ToastProps) {
  const [shown, setShown] = useState(0);
  const [held, setHeld] = useState(false);
  useEffect(() => setShown(serial && isDue(serial, seconds, path) ? serial : 0), [serial, seconds, path]);
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
        <Placed side="bottom" className={className} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
          {children}
          <button type="button" className={buttonClass} onClick={dismiss}>
            {close}
          </button>
        </Placed>
      )}
    </div>
  );
}
