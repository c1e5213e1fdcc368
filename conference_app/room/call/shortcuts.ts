/** Which key does what in the room. Never while somebody is typing, never with Ctrl, Alt or Meta. */

import { isOfInputMethod, type KeyPress, nameOfKey } from "../shared/keyboard";
import type { TextKey } from "../shared/words";
import type { AnyTool } from "../tools/tool";

export type Action =
  | "microphone"
  | "camera"
  | "share"
  | "layout"
  | "help"
  | "escape"
  | "talk"
  | `tool:${string}`;

type ToolAction = Extract<Action, `tool:${string}`>;

export function isToolAction(action: Action): action is ToolAction {
  return action.startsWith("tool:");
}

/** The id of the tool that is opened or closed. */
export function toolOf(action: ToolAction): string {
  return action.slice("tool:".length);
}

export interface Shortcut {
  action: Action;
  /** As the browser names it, and as it stands in the help sheet. */
  key: string;
  help: TextKey;
}

const DEVICE_KEYS: Shortcut[] = [
  { action: "microphone", key: "M", help: "key_microphone" },
  { action: "camera", key: "V", help: "key_camera" },
  { action: "share", key: "S", help: "key_share" },
];
const OTHER_KEYS: Shortcut[] = [
  { action: "layout", key: "L", help: "key_layout" },
  { action: "help", key: "?", help: "key_help" },
  { action: "escape", key: "Escape", help: "key_escape" },
  { action: "talk", key: " ", help: "key_talk" },
];

/** All keys in the order of the help sheet: those of the call, and among them one for each tool. */
export function shortcutsWith(tools: ReadonlyArray<Pick<AnyTool, "id" | "shortcut" | "help">>): Shortcut[] {
  const ofTools = tools.map(({ id, shortcut, help }): Shortcut => ({ action: `tool:${id}`, key: shortcut, help }));
  return [...DEVICE_KEYS, ...ofTools, ...OTHER_KEYS];
}

/** Those that act: without single keys Esc alone, which types nothing (WCAG 2.2, success criterion 2.1.4). */
export function workingShortcuts(shortcuts: Shortcut[], hasSingleKeys: boolean): Shortcut[] {
  return hasSingleKeys ? shortcuts : shortcuts.filter(({ action }) => action === "escape");
}

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
export function actionFor(press: KeyPress, place: Place, shortcuts: ReadonlyArray<Shortcut>): Action | null {
  if (press.ctrlKey || press.altKey || press.metaKey || isOfInputMethod(press)) return null;
  const name = nameOfKey(press);
  const action = shortcuts.find(({ key }) => key.toLowerCase() === name)?.action ?? null;
  if (action === null || (press.repeat && action !== "talk")) return null;
  if (action === "talk") return place === "page" ? action : null;
  if (place === "typing" && action !== "escape") return null;
  return action;
}
