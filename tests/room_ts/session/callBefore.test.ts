import { beforeEach, describe, expect, spyOn, test } from "bun:test";

import { callBefore, forgetCall, rememberCall } from "../../../conference_app/room/session/callBefore";

const kept = new Map<string, string>();
const STORE = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
let type: string;
spyOn(performance, "getEntriesByType").mockImplementation((() => [{ type }]) as never);

function has(get: () => unknown): void {
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, get });
}

beforeEach(() => {
  kept.clear();
  type = "reload";
  has(() => STORE);
});

describe("a page that is loaded anew", () => {
  test("knows under which name it was in this meeting's call, until that is over", () => {
    rememberCall({ code: "abc", name: "Tomasz" });
    expect(callBefore("abc")).toBe("Tomasz");
    expect(callBefore("xyz")).toBeNull();
    forgetCall();
    expect(callBefore("abc")).toBeNull();
  });

  test("is not one whose address is opened again", () => {
    rememberCall({ code: "abc", name: "Tomasz" });
    type = "navigate";
    expect(callBefore("abc")).toBeNull();
  });

  test("believes nothing that it has not written", () => {
    for (const strange of ["", "{", "7", '{"code":"abc","name":7}', '"abc"']) {
      kept.set("parley_call", strange);
      expect(callBefore("abc")).toBeNull();
    }
  });
});

test("a browser that keeps nothing shows the lobby", () => {
  has(() => {
    throw new Error("SecurityError");
  });
  rememberCall({ code: "abc", name: "Tomasz" });
  forgetCall();
  expect(callBefore("abc")).toBeNull();
});
