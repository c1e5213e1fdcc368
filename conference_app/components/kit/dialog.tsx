// A question in front of the page.

import * as React from "react";
import { useEffect, useRef } from "react";

type DialogProps = {
  open: boolean;
  label: string;
  className: string;
  onDismiss: () => void;
  children?: React.ReactNode;
};

/** The browser's own modal dialog: focus stays inside, Escape dismisses, focus returns to where it was. */
export function Dialog({ open, label, className, onDismiss, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) {
      dialog.current?.showModal();
      dialog.current?.querySelector<HTMLElement>("input, button")?.focus(); // not what only scrolls
    }
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
