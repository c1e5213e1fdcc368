// A username that nobody has to think of.

import { useEffect } from "react";

/** The part of an address before @ as a username: 3 to 40 letters, digits, dots, hyphens, underscores; else empty. */
export function usernameOf(email: string): string {
  const own = email.split("@")[0].split("+")[0];
  const name = own.normalize("NFKC").replace(/[^\p{L}\p{N}._-]/gu, "").slice(0, 40);
  return name.length < 3 ? "" : name;
}

/** Types into `field` as its owner would: what listens to the field hears of it. */
function type(field: HTMLInputElement, value: string) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Suggests a username as soon as the address is typed, and again when it is corrected; never over one's own words. */
export function SuggestedUsername({ source, target }: { source: string; target: string }) {
  useEffect(() => {
    let suggested = "";
    const suggest = (event: Event) => {
      const [email, field] = [event.target as HTMLInputElement, document.getElementById(target)];
      if (email.id !== source || !(field instanceof HTMLInputElement) || !email.validity.valid) return;
      const name = usernameOf(email.value);
      if (!name || (field.value && field.value !== suggested)) return;
      suggested = name;
      type(field, name);
    };
    document.addEventListener("change", suggest);
    return () => document.removeEventListener("change", suggest);
  }, [source, target]);
  return null;
}
