import { expect, test } from "bun:test";

import { Names } from "../../../conference_app/room/shared/names";

test("two of one name are told apart, and each keeps theirs", () => {
  const names = new Names();
  expect(names.of({ identity: "1", name: "Ann" })).toBe("Ann");
  expect(names.of({ identity: "2", name: "Ann" })).toBe("Ann (2)");
  expect(names.of({ identity: "3", name: "Bob" })).toBe("Bob");
  expect(names.of({ identity: "1", name: "Ann" })).toBe("Ann");
  expect(names.of({ identity: "2", name: "Ann" })).toBe("Ann (2)");
});

test.each(["ANN", "Ａｎｎ", "ann"])("%s looks like Ann", (name) => {
  const names = new Names();
  names.of({ identity: "1", name: "Ann" });
  expect(names.of({ identity: "2", name })).toBe(`${name} (2)`);
});

test("nobody takes a number by calling themselves so", () => {
  const names = new Names();
  const shown = ["Ann", "Ann", "Ann (2)", "Ann"].map((name, index) => names.of({ identity: `${index}`, name }));
  expect(new Set(shown).size).toBe(4);
});

test("who comes back under another name is shown by that", () => {
  const names = new Names();
  names.of({ identity: "1", name: "Ann" });
  expect(names.of({ identity: "1", name: "Bob" })).toBe("Bob");
});
