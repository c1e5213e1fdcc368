import { expect, test } from "bun:test";

import { BURST_MS, Comings } from "../../../conference_app/room/call/announcements";
import { initials } from "../../../conference_app/room/shared/people";
import { RETURN_MS } from "../../../conference_app/room/session/retries";
import { fill, pluralForm } from "../../../conference_app/room/shared/words";

test("a burst of joins is one sentence, said when it is over", () => {
  const comings = new Comings();
  comings.joined("a", "Ada", 0);
  comings.joined("b", "Ben", 1000);
  expect(comings.due(1500)).toEqual([]);
  expect(comings.due(1000 + BURST_MS)).toEqual([{ kind: "joined", names: ["Ada", "Ben"] }]);
  expect(comings.due(99_999)).toEqual([]);
});

test("who is back soon never left", () => {
  const comings = new Comings();
  comings.left("a", "Ada", 0);
  comings.joined("a", "Ada", RETURN_MS - 1);
  expect(comings.due(99_999)).toEqual([]);
});

test("who stays away has left, and coming later is news", () => {
  const comings = new Comings();
  comings.left("a", "Ada", 0);
  expect(comings.due(RETURN_MS)).toEqual([{ kind: "left", names: ["Ada"] }]);
  comings.joined("a", "Ada", RETURN_MS + 1);
  expect(comings.due(2 * RETURN_MS)).toEqual([{ kind: "joined", names: ["Ada"] }]);
});

test("who comes and goes within a burst is no news, and clearing forgets", () => {
  const comings = new Comings();
  comings.joined("a", "Ada", 0);
  comings.left("a", "Ada", 100);
  comings.joined("b", "Ben", 100);
  comings.clear();
  expect(comings.due(99_999)).toEqual([]);
});

test("texts are filled, and what is unknown stays", () => {
  expect(fill("{name} of {place}", { name: "{place}" })).toBe("{place} of {place}");
});

test("Polish has three forms", () => {
  const forms = { one: "osoba", few: "osoby", many: "osób" };
  expect([1, 3, 5, 22, 112].map((count) => pluralForm(forms, count, "pl"))).toEqual(["osoba", "osoby", "osób", "osoby", "osób"]);
});

test("initials are letters as people see them", () => {
  expect(initials("Ada Maria Kowalska")).toBe("AK");
  expect(initials("  żółw ")).toBe("Ż");
  expect(initials("李 明")).toBe("李明");
  expect(initials("")).toBe("");
});
