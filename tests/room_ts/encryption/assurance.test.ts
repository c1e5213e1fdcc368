import { expect, test } from "bun:test";

import { type Facts, GRACE_MS, isAssured, PLAIN_MS, problems } from "../../../conference_app/room/encryption/assurance";

const NOW = 1_000_000;
const GOOD: Facts = {
  keys: "ready",
  self: "me",
  calledSelf: "me",
  isSealing: true,
  members: new Set(["me", "ann"]),
  connected: new Map([["ann", 0]]),
  unmarked: new Set(),
  unreadable: new Set(),
  plainAt: null,
};
const kinds = (change: Partial<Facts>) => problems({ ...GOOD, ...change }, NOW).map(({ kind, identity }) => [kind, identity].join(" ").trim());

test("when all holds nothing is wrong", () => {
  expect(kinds({})).toEqual([]);
  expect(isAssured(GOOD, NOW)).toBe(true);
});

test("with the server of the keys away all holds still", () => {
  expect(isAssured({ ...GOOD, keys: "away" }, NOW)).toBe(true);
});

test.each(["none", "joining", "forked"] as const)("keys that are %s assure nothing", (keys) => {
  expect(isAssured({ ...GOOD, keys }, NOW)).toBe(false);
});

test.each([
  [{ keys: "forked" }, "forked"],
  [{ calledSelf: "bob" }, "other_self"],
  [{ isSealing: false }, "not_sealed"],
  [{ connected: new Map([["eve", NOW - GRACE_MS]]) }, "stranger eve"],
  [{ unmarked: new Set(["ann"]) }, "unmarked ann"],
  [{ unreadable: new Set(["ann"]) }, "unreadable ann"],
  [{ plainAt: NOW - PLAIN_MS + 1 }, "plain"],
] as const)("%j is told, and takes the assurance away", (change, told) => {
  expect(kinds(change as Partial<Facts>)).toEqual([told]);
  expect(isAssured({ ...GOOD, ...(change as Partial<Facts>) }, NOW)).toBe(false);
});

test("who has just come has a moment, and an old drop is forgotten", () => {
  expect(kinds({ connected: new Map([["eve", NOW - GRACE_MS + 1]]) })).toEqual([]);
  expect(kinds({ plainAt: NOW - PLAIN_MS })).toEqual([]);
});

test("who is no member is a stranger, not somebody who can't be read", () => {
  expect(kinds({ unreadable: new Set(["eve"]) })).toEqual([]);
});

test("before the call there is no other self", () => {
  expect(kinds({ calledSelf: "" })).toEqual([]);
  expect(kinds({ self: "" })).toEqual([]);
});
