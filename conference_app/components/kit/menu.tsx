// A menu that opens at a button. Looks come from Tailwind classes given by Python.

import * as React from "react";
import { useCallback, useEffect, useId, useRef, useState } from "react";

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

type MenuProps = {
  label: string;
  buttonClass: string;
  panelClass: string;
  trigger: React.ReactNode;
  children?: React.ReactNode;
};

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
