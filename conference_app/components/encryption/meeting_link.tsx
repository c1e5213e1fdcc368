// A meeting's whole link: its end is known in its organizer's browsers alone, so it is put together here.

import * as React from "react";
import { useEffect, useState } from "react";

import { CopyButton } from "../kit/copying";
import { Dialog } from "../kit/dialog";
import type { Look, Words } from "./look";
import { pageVault, useLink } from "./page_vault";

/** The link in full; empty while its end is not known. */
function useWholeLink(meeting: string, path: string): string {
  const link = useLink(meeting);
  const [origin, setOrigin] = useState("");
  useEffect(() => setOrigin(window.location.origin), []);
  return origin && "fragment" in link ? `${origin}${path}#${link.fragment}` : "";
}

type CopyProps = {
  meeting: string;
  path: string;
  /** What is copied; `path` in it gives way to the whole link. */
  text: string;
  done: string;
  failed: string;
  className: string;
  children?: React.ReactNode;
};

/** Copies the link or a text with it; takes no press until the link is whole. */
export function LinkCopyButton({ meeting, path, text, children, ...rest }: CopyProps) {
  const link = useWholeLink(meeting, path);
  const { className } = rest;
  if (!link) {
    return (
      <button type="button" disabled className={className}>
        <span className="inline-flex items-center gap-2">{children}</span>
      </button>
    );
  }
  return (
    <CopyButton {...rest} path="" text={text.replace(path, link)}>
      {children}
    </CopyButton>
  );
}

function show(id: string) {
  const place = document.getElementById(id);
  place?.scrollIntoView({ block: "center" });
  place?.focus({ preventScroll: true });
}

function Foreign({ meeting, words, look }: { meeting: string; words: Words; look: Look }) {
  const [isAsking, setIsAsking] = useState(false);
  const keep = () => setIsAsking(false);
  const make = () => {
    keep();
    void pageVault.renew(meeting);
  };
  return (
    <>
      <button type="button" className={look.secondary} onClick={() => setIsAsking(true)}>
        {words.new_link}
      </button>
      <Dialog open={isAsking} label={words.new_link_title} className={look.dialog} onDismiss={keep}>
        <div className="p-6">
          <h2 className="text-xl">{words.new_link_title}</h2>
          <p className="text-ink-muted mt-2">{words.new_link_text}</p>
          <div className="flex flex-wrap justify-end gap-2 pt-6">
            <button type="button" className={look.secondary} onClick={keep}>
              {words.keep}
            </button>
            <button type="button" className={look.danger} onClick={make}>
              {words.new_link}
            </button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

type FieldProps = {
  meeting: string;
  path: string;
  fieldId: string;
  words: Words;
  look: Look;
  children?: React.ReactNode;
};

/** The link to read or to copy; where it cannot be whole, why, and what to do. `children` is the button that copies it. */
export function MeetingLink({ meeting, path, fieldId: id, words, look, children }: FieldProps) {
  const link = useLink(meeting);
  const whole = useWholeLink(meeting, path);
  const problem = "problem" in link ? link.problem : "";
  const isMissing = problem !== "" && problem !== "starting";
  return (
    <div>
      {isMissing ? (
        <p className={look.label}>{words.link}</p>
      ) : (
        <label htmlFor={id} className={look.label}>
          {words.link}
        </label>
      )}
      {isMissing ? (
        <div className="flex flex-col sm:flex-row sm:items-center gap-3">
          <p className="grow text-sm leading-6 wrap-anywhere">
            {words[`link_${problem}`]}
          </p>
          {problem === "locked" && (
            <button type="button" className={look.secondary} onClick={() => show("vault")}>
              {words.unlock}
            </button>
          )}
          {problem === "foreign" && <Foreign meeting={meeting} words={words} look={look} />}
        </div>
      ) : (
        <div className="flex flex-col sm:flex-row gap-2">
          <input
            id={id}
            readOnly
            translate="no"
            aria-busy={!whole}
            value={whole || words.link_starting}
            className={`${look.input} font-mono text-sm min-w-0`}
            onFocus={(event) => event.target.select()}
          />
          {children}
        </div>
      )}
      {whole && <p className={`${look.hint} mt-1.5`}>{words.link_help}</p>}
    </div>
  );
}
