// A form that was refused: where to go on, and what is right by now.

import { useEffect, useRef } from "react";

type Props = {
  tries: number;
  fallback: string;
  errors: Record<string, string>;
  onMended: (name: string) => void;
};

/** Calls `onMended` once for each field of `errors` that is changed into something the browser finds right. */
function useMended(errors: Record<string, string>, onMended: (name: string) => void) {
  const report = useRef(onMended);
  report.current = onMended;
  useEffect(() => {
    const wrong = new Set(Object.keys(errors));
    if (!wrong.size) return undefined;
    const look = ({ target }: Event) => {
      const field = target as HTMLInputElement;
      if (field.validity?.valid && wrong.delete(field.id)) report.current(field.id);
    };
    document.addEventListener("input", look);
    return () => document.removeEventListener("input", look);
  }, [errors]);
}

/** Moves the focus to the first wrong field, or else to the element `fallback`, after each refused try. */
export function FormErrors({ tries, fallback, errors, onMended }: Props) {
  useEffect(() => {
    if (!tries) return;
    const wrong = document.querySelector<HTMLElement>("main [aria-invalid=true]");
    (wrong ?? document.getElementById(fallback))?.focus();
  }, [tries, fallback]);
  useMended(errors, onMended);
  return null;
}
