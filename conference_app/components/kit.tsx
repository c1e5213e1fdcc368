// The few pieces of the kit that need the browser: what must work without a round trip to the server.
// Looks come from Tailwind classes given by Python; texts come in as props, already in the page's language.

import * as React from "react";
import { useCallback, useEffect, useId, useRef, useState } from "react";

type Children = { children?: React.ReactNode };

/** Calls `close` when the person clicks outside `box` or presses Escape. */
function useDismiss(box: React.RefObject<HTMLElement | null>, active: boolean, close: (byKey: boolean) => void) {
  useEffect(() => {
    if (!active) return undefined;
    const onPointer = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) close(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") close(true);
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [box, active, close]);
}

type MenuProps = Children & { label: string; buttonClass: string; panelClass: string; trigger: React.ReactNode };

/** A button with a list of actions (WAI-ARIA menu button): arrows move, Escape closes and gives the focus back. */
export function Menu({ label, buttonClass, panelClass, trigger, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panelId = useId();
  const items = () => [...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  const close = useCallback((byKey: boolean) => {
    setOpen(false);
    if (byKey) button.current?.focus();
  }, []);
  useDismiss(box, open, close);
  useEffect(() => {
    if (open) (items().find((item) => item.getAttribute("aria-checked") === "true") ?? items()[0])?.focus();
  }, [open]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (event.key === "Tab") setOpen(false);
    if (!(event.key in next) || !all.length) return;
    event.preventDefault();
    all[(next[event.key] + all.length) % all.length].focus();
  };

  return (
    <div ref={box} className="relative">
      <button
        ref={button}
        type="button"
        className={buttonClass}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? panelId : undefined}
        onClick={() => setOpen(!open)}
      >
        {trigger}
      </button>
      {open && (
        <div
          id={panelId}
          role="menu"
          aria-label={label}
          className={panelClass}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            if ((event.target as HTMLElement).closest("[role^=menuitem]")) close(true);
          }}
        >
          {children}
        </div>
      )}
    </div>
  );
}

/** A link to this same page in another language; the choice is remembered by the route it goes through. */
export function LanguageLink({ code, children, ...rest }: Children & { code: string; [prop: string]: unknown }) {
  const go = (event: React.MouseEvent) => {
    event.preventDefault();
    const next = window.location.pathname + window.location.search;
    window.location.assign(`/auth/language/${code}?next=${encodeURIComponent(next)}`);
  };
  return (
    <a {...rest} href={`/auth/language/${code}`} hrefLang={code} lang={code} rel="nofollow" onClick={go}>
      {children}
    </a>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without permission or on plain http: the old way, by a selection.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "fixed opacity-0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

type CopyProps = Children & { text: string; done: string; failed: string; className: string; [prop: string]: unknown };

/** Copies `text` (a path is completed to a full address), says so in the button and to screen readers. */
export function CopyButton({ text, done, failed, className, children, ...rest }: CopyProps) {
  const [result, setResult] = useState("");
  useEffect(() => {
    if (!result) return undefined;
    const timer = window.setTimeout(() => setResult(""), 2500);
    return () => window.clearTimeout(timer);
  }, [result]);
  const copy = async () => {
    const full = text.startsWith("/") ? window.location.origin + text : text;
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

type DialogProps = Children & { open: boolean; label: string; className: string; onDismiss: () => void };

/** The browser's own modal dialog: focus stays inside, Escape dismisses, focus returns to where it was. */
export function Dialog({ open, label, className, onDismiss, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        onDismiss();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onDismiss();
      }}
    >
      {open && children}
    </dialog>
  );
}

type PasswordProps = { show: string; hide: string; buttonClass: string; id: string; [prop: string]: unknown };

/** A password field with a button that shows what was typed. */
export function PasswordInput({ show, hide, buttonClass, ...rest }: PasswordProps) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <input {...rest} type={shown ? "text" : "password"} spellCheck={false} autoCapitalize="none" />
      <button
        type="button"
        className={buttonClass}
        aria-label={shown ? hide : show}
        title={shown ? hide : show}
        aria-controls={rest.id}
        onClick={() => setShown(!shown)}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" strokeWidth="1.75" aria-hidden="true">
          <path d="M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7S2 12 2 12Z" strokeLinejoin="round" />
          <circle cx="12" cy="12" r="3" />
          {shown && <path d="m4 20 16-16" strokeLinecap="round" />}
        </svg>
      </button>
    </div>
  );
}

/** Moves the focus to the first wrong field, or else to the element `fallback`, after each refused try. */
export function FocusFirstError({ tries, fallback }: { tries: number; fallback: string }) {
  useEffect(() => {
    if (!tries) return;
    const wrong = document.querySelector<HTMLElement>("main [aria-invalid=true]");
    (wrong ?? document.getElementById(fallback))?.focus();
  }, [tries, fallback]);
  return null;
}

type ToastProps = Children & { serial: number; seconds: number; className: string; close: string; buttonClass: string };

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

/** Shows its content only when it has been wanted for `seconds`, so that a blink of the network shows nothing. */
export function Delayed({ seconds, children }: Children & { seconds: number }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setDue(true), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [seconds]);
  return due ? <>{children}</> : null;
}

/** Tells the document its language, also after moving between pages without a load. */
export function PageLanguage({ code }: { code: string }) {
  useEffect(() => {
    document.documentElement.lang = code || (window.location.pathname.split("/")[1] === "pl" ? "pl" : "en");
  }, [code]);
  return null;
}
