// Lets the page that follows a form open the vault with the password that was typed here, without asking for it again.

import { useEffect } from "react";

import { rememberTyped } from "./vault_store";

/** Watches forms with a field called `field`. The server still decides whether the password is right. */
export function TypedPassword({ field }: { field: string }) {
  useEffect(() => {
    const note = ({ target }: Event) => {
      if (!(target instanceof HTMLFormElement)) return;
      const typed = target.elements.namedItem(field);
      if (typed instanceof HTMLInputElement && typed.value) rememberTyped(typed.value).catch(() => undefined);
    };
    document.addEventListener("submit", note, true);
    return () => document.removeEventListener("submit", note, true);
  }, [field]);
  return null;
}
