import { expect, test } from "bun:test";

import { parseSettings } from "../../../conference_app/room/shared/settings";

test("what was set is read again", () => {
  expect(parseSettings('{"hasSounds":false,"hasSingleKeys":true}')).toEqual({ hasSounds: false, hasSingleKeys: true });
});

test.each([null, "", "null", "[]", "7", "{", '{"hasSounds":"no"}'])("%j leaves everything on", (stored) => {
  expect(parseSettings(stored)).toEqual({ hasSounds: true, hasSingleKeys: true });
});
