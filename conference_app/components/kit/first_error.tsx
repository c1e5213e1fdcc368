// Where to go on after a form was refused.

import { useEffect } from "react";

/** Moves the focus to the first wrong field, or else to the element `fallback`, after each refused try. */
export function FocusFirstError({ tries, fallback }: { tries: number; fallback: string }) {
  useEffect(() => {
    if (!tries) return;
    const wrong = document.querySelector<HTMLElement>("main [aria-invalid=true]");
    (wrong ?? document.getElementById(fallback))?.focus();
  }, [tries, fallback]);
  return null;
}
