import { expect, test } from "bun:test";

import { inBar } from "../../../conference_app/room/call/barSpace";

const BUTTONS = ["share", "chat", "people", "layout"];

test.each([
  [1280, false, BUTTONS],
  [640, false, ["share", "chat", "people"]],
  [390, true, ["share", "chat", "people"]],
  [320, true, ["share"]],
  [200, true, []],
])("a bar of %p pixels holds %p", (width, isPhone, expected) => {
  expect([...inBar(width, isPhone, BUTTONS)]).toEqual(expected);
});
