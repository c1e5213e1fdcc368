import { describe, expect, test } from "bun:test";

import { actionFor as actionAmong, isToolAction, type Place, shortcutsWith, toolOf, workingShortcuts } from "../../../conference_app/room/call/shortcuts";
import { isOfInputMethod, type KeyPress, nameOfKey } from "../../../conference_app/room/shared/keyboard";

const KEYS = shortcutsWith([
  { id: "people", shortcut: "P", help: "key_people" },
  { id: "chat", shortcut: "C", help: "key_chat" },
]);
const actionFor = (key: KeyPress, place: Place) => actionAmong(key, place, KEYS);

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: "",
  keyCode: 0,
  isComposing: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...more,
});

describe("actionFor", () => {
  test("every key of the help sheet works, in either case", () => {
    for (const { action, key } of KEYS) {
      expect(actionFor(press(key), "page")).toBe(action);
      expect(actionFor(press(key.toLowerCase()), "page")).toBe(action);
    }
  });

  test("typing has the keyboard to itself, but for Esc", () => {
    for (const { action, key } of KEYS) {
      if (action !== "escape") expect(actionFor(press(key), "typing")).toBeNull();
    }
    expect(actionFor(press("Escape"), "typing")).toBe("escape");
    expect(actionFor(press(" "), "typing")).toBeNull();
  });

  test("the browser keeps its own combinations", () => {
    expect(actionFor(press("c", { ctrlKey: true }), "page")).toBeNull();
    expect(actionFor(press("v", { metaKey: true }), "page")).toBeNull();
    expect(actionFor(press("s", { altKey: true }), "page")).toBeNull();
  });

  test("the space bar speaks on the page and presses what has the focus", () => {
    expect(actionFor(press(" "), "page")).toBe("talk");
    expect(actionFor(press(" "), "control")).toBeNull();
    expect(actionFor(press("m"), "control")).toBe("microphone");
  });

  test("holding a key does it once; holding the space bar goes on speaking", () => {
    expect(actionFor(press("m", { repeat: true }), "page")).toBeNull();
    expect(actionFor(press(" ", { repeat: true }), "page")).toBe("talk");
  });

  test("other keys are not ours", () => {
    expect(actionFor(press("x"), "page")).toBeNull();
    expect(actionFor(press("Tab"), "page")).toBeNull();
  });

  test("letters work on layouts of other scripts, by the Latin letter on the same key", () => {
    expect(actionFor(press("ь", { code: "KeyM" }), "page")).toBe("microphone");
    expect(actionFor(press("С", { code: "KeyC" }), "page")).toBe("tool:chat");
    expect(actionFor(press("μ", { code: "KeyM" }), "page")).toBe("microphone");
    expect(actionFor(press("צ", { code: "KeyM" }), "page")).toBe("microphone");
  });

  test("on Latin layouts the letter counts, not its place", () => {
    expect(nameOfKey(press("m", { code: "Semicolon" }))).toBe("m");
    expect(nameOfKey(press(",", { code: "KeyM" }))).toBe(",");
    expect(nameOfKey(press("č", { code: "KeyC" }))).toBe("č");
  });

  test("keys of an input method are not ours", () => {
    for (const taken of [{ isComposing: true }, { keyCode: 229 }]) {
      expect(isOfInputMethod(press("Enter", taken))).toBe(true);
      expect(actionFor(press("Escape", taken), "typing")).toBeNull();
      expect(actionFor(press("m", taken), "page")).toBeNull();
    }
    expect(isOfInputMethod(press("Enter", { keyCode: 13 }))).toBe(false);
  });

  test("a tool has a key, and the action names the tool", () => {
    const action = actionFor(press("p"), "page");
    expect(action && isToolAction(action) && toolOf(action)).toBe("people");
    expect(isToolAction("help")).toBe(false);
  });

  test("with single keys turned off Esc alone is left, which types nothing", () => {
    expect(workingShortcuts(KEYS, true)).toEqual(KEYS);
    expect(workingShortcuts(KEYS, false).map(({ key }) => key)).toEqual(["Escape"]);
  });
});
