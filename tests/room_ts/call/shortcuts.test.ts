import { describe, expect, test } from "bun:test";

import { actionFor, type KeyPress, KEYS } from "../../../conference_app/room/call/shortcuts";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  ...more,
});

describe("actionFor", () => {
  test("every key of the help sheet works, in either case", () => {
    for (const [action, key] of KEYS) {
      const name = key === "Esc" ? "Escape" : key;
      expect(actionFor(press(name), "page")).toBe(action);
      expect(actionFor(press(name.toLowerCase()), "page")).toBe(action);
    }
  });

  test("typing has the keyboard to itself, but for Esc", () => {
    for (const [action, key] of KEYS) {
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
});
