import { expect, test } from "bun:test";

import { newcomers, titleWith } from "../../../../conference_app/room/tools/people/newcomers";

const TOM = { identity: "guest-1", name: "Tom", leaf_key: "", proof: "" };
const UNA = { identity: "guest-2", name: "Una", leaf_key: "", proof: "" };

test("only who was not there before is new", () => {
  expect(newcomers(new Set(), [TOM])).toEqual([TOM]);
  expect(newcomers(new Set([TOM.identity]), [TOM, UNA])).toEqual([UNA]);
  expect(newcomers(new Set([TOM.identity]), [])).toEqual([]);
});

test("the tab says how many wait", () => {
  expect(titleWith(0, "Plans · Parley")).toBe("Plans · Parley");
  expect(titleWith(3, "Plans · Parley")).toBe("(3) Plans · Parley");
});
