// What somebody is typing outlives that the page is loaded again, as after a lost connection: its forms may be taken
// away then, and drawn anew with what the server holds. The page's script (operation/load_first.py) tells when.

import { useEffect } from "react";
import { useEvery } from "./timing";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Kept = { field: Field; value: string; hasFocus: boolean };

const TYPED = "input:not([type=password], [type=checkbox], [type=radio], [type=file]), textarea, select";
const SETTLED_MS = 2000;

/** The field called `id`, if it is one whose words are kept. */
function fieldOf(id: string): Field | null {
  const found = document.getElementById(id);
  return found?.matches(TYPED) ? (found as Field) : null;
}

/** Type `value` into `field` as its owner would: what listens to the field hears of it. */
function type(field: Field, value: string) {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value")?.set?.call(field, value);
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
}

/** Listens until the returned function is called. */
function keepTyped(): () => void {
  const touched = new Set<string>();
  const kept = new Map<string, Kept>();
  let path = "";

  const note = ({ target }: Event) => {
    if (path !== window.location.pathname) touched.clear();
    path = window.location.pathname;
    if (target instanceof HTMLElement && target.id && target.matches(TYPED)) touched.add(target.id);
  };
  const forget = ({ target }: Event) => {
    for (const field of target instanceof HTMLFormElement ? target.elements : []) touched.delete(field.id);
  };
  const keep = () => {
    for (const id of path === window.location.pathname ? touched : []) {
      const field = fieldOf(id);
      if (field) kept.set(id, { field, value: field.value, hasFocus: field === document.activeElement });
    }
  };
  const giveBack = () => {
    if (path !== window.location.pathname) kept.clear();
    for (const [id, { field, value, hasFocus }] of kept) {
      const found = fieldOf(id);
      if (!found || found === field) continue;
      kept.delete(id);
      if (found.value !== value) type(found, value);
      if (hasFocus) found.focus();
    }
  };
  const settle = () =>
    window.setTimeout(() => {
      for (const [id, { field }] of kept) if (field.isConnected) kept.delete(id);
    }, SETTLED_MS);

  const drawn = new MutationObserver(() => kept.size && giveBack());
  drawn.observe(document.body, { childList: true, subtree: true });
  const heard: [EventTarget, string, (event: Event) => void][] = [
    [document, "input", note],
    [document, "change", note],
    [document, "submit", forget],
    [window, "parley-load", keep],
    [window, "parley-loaded", settle],
  ];
  for (const [target, name, listener] of heard) target.addEventListener(name, listener, true);
  return () => {
    drawn.disconnect();
    for (const [target, name, listener] of heard) target.removeEventListener(name, listener, true);
  };
}

/** Keeps what is typed, and calls `onStay` every `seconds`, seen or not, so that the server does not forget the page. */
export function KeepTyped({ seconds, onStay }: { seconds: number; onStay: () => void }) {
  useEffect(keepTyped, []);
  useEvery(seconds, onStay);
  return null;
}
