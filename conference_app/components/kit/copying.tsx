// Addresses to copy: the page alone knows its own origin, and the browser alone has a clipboard.

import * as React from "react";
import { useEffect, useState } from "react";
import { copyText } from "./copy_text";

type CopyProps = {
  text: string;
  /** Completed to a full address where it stands in `text`; empty: `text` itself may be a path. */
  path: string;
  done: string;
  failed: string;
  className: string;
  children?: React.ReactNode;
  [prop: string]: unknown;
};

/** Copies `text` (a path in it is completed to a full address), says so in the button and to screen readers. */
export function CopyButton({ text, path, done, failed, className, children, ...rest }: CopyProps) {
  const [result, setResult] = useState("");
  useEffect(() => {
    if (!result) return undefined;
    const timer = window.setTimeout(() => setResult(""), 2500);
    return () => window.clearTimeout(timer);
  }, [result]);
  const copy = async () => {
    const inside = path || (text.startsWith("/") ? text : "");
    const full = inside ? text.replace(inside, window.location.origin + inside) : text;
    setResult((await copyText(full)) ? done : failed);
  };
  return (
    <>
      <button {...rest} type="button" className={className} onClick={copy}>
        <span className="grid">
          <span className={`col-start-1 row-start-1 inline-flex items-center gap-2 ${result ? "invisible" : ""}`}>
            {children}
          </span>
          {result && (
            <span aria-hidden="true" className="col-start-1 row-start-1 text-center">
              {result}
            </span>
          )}
        </span>
      </button>
      <span role="status" className="sr-only">
        {result}
      </span>
    </>
  );
}

/** A full address for display: the page's own origin before `path`, known only in the browser. */
export function FullAddress({ path, ...rest }: { path: string; [prop: string]: unknown }) {
  const [origin, setOrigin] = useState("");
  useEffect(() => setOrigin(window.location.origin), []);
  return <input {...rest} readOnly value={origin + path} onFocus={(event) => event.target.select()} />;
}
