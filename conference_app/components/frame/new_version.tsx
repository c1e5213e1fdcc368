// A page that stayed open while the server was replaced.

import * as React from "react";
import { useState, useSyncExternalStore } from "react";
import { Placed } from "../kit/placed";

const NEW_VERSION = "parley-new-version"; // dispatched where the framework found out (operation/new_version.py)
let isOutdated = false;
if (typeof window !== "undefined") window.addEventListener(NEW_VERSION, () => (isOutdated = true));

function watchVersion(changed: () => void) {
  window.addEventListener(NEW_VERSION, changed);
  return () => window.removeEventListener(NEW_VERSION, changed);
}

type NewVersionProps = {
  load: string;
  later: string;
  className: string;
  buttonClass: string;
  children?: React.ReactNode;
};

/** Shows its content and a button that loads the page anew, once the server turned out to be newer than the page. */
export function NewVersion({ load, later, className, buttonClass, children }: NewVersionProps) {
  const shown = useSyncExternalStore(watchVersion, () => isOutdated, () => false);
  const [isPutOff, setIsPutOff] = useState(false);
  if (!shown || isPutOff) return null;
  return (
    <Placed side="top" role="alert" className={className}>
      {children}
      <div className="flex flex-col-reverse sm:flex-row gap-2">
        <button type="button" className={buttonClass} onClick={() => setIsPutOff(true)}>
          {later}
        </button>
        <button type="button" className={buttonClass} onClick={() => window.location.reload()}>
          {load}
        </button>
      </div>
    </Placed>
  );
}
