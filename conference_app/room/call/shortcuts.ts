/** Which key does what in the room. Never while somebody is typing, never with Ctrl, Alt or Meta. */

import { isOfInputMethod, type KeyPress, nameOfKey } from "../shared/keyboard";

export type Action =
  | "microphone"
  | "camera"
  | "share"
  | "chat"
  | "people"
  | "layout"
  | "help"
  | "escape"
  | "talk";

/** The keys in the order of the help sheet, as written there. */
export const KEYS: ReadonlyArray<[Exclude<Action, "talk">, string]> = [
  ["microphone", "M"],
  ["camera", "V"],
  ["share", "S"],
  ["chat", "C"],
  ["people", "P"],
  ["layout", "L"],
  ["help", "?"],
  ["escape", "Esc"],
];

const BY_KEY: Readonly<Record<string, Action>> = {
  m: "microphone",
  v: "camera",
  s: "share",
  c: "chat",
  p: "people",
  l: "layout",
  "?": "help",
  escape: "escape",
  " ": "talk",
};

/** Where the key was pressed: typing takes every key but Esc, a control takes the space bar. */
export type Place = "page" | "control" | "typing";

const CONTROLS = "button, a[href], summary, select, [role=button], [role=menuitemradio], [role=slider]";
const NOT_TEXT = new Set(["button", "checkbox", "radio", "range", "submit", "reset", "color", "file"]);

/** What kind of place `target` is. */
export function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof HTMLElement)) return "page";
  if (target.isContentEditable || target.closest("textarea, [contenteditable=true]")) return "typing";
  if (target instanceof HTMLInputElement) return NOT_TEXT.has(target.type) ? "control" : "typing";
  return target.closest(CONTROLS) ? "control" : "page";
}

/** The action of a key, or null if the key is not ours here. */
export function actionFor(press: KeyPress, place: Place): Action | null {
  if (press.ctrlKey || press.altKey || press.metaKey || isOfInputMethod(press)) return null;
  const action = BY_KEY[nameOfKey(press)] ?? null;
  if (action === null || (press.repeat && action !== "talk")) return null;
  if (action === "talk") return place === "page" ? action : null;
  if (place === "typing" && action !== "escape") return null;
  return action;
}
