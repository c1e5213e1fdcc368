import { expect, test } from "bun:test";

import { Bell, REST_MS } from "../../../conference_app/room/call/bell";

test("many messages ring once in a while, comings and goings each time", () => {
  const bell = new Bell();
  const rest = REST_MS.message ?? 0;
  expect([0, 1, rest - 1, rest].map((now) => bell.mayRing("message", now))).toEqual([true, false, false, true]);
  expect([0, 1].map((now) => bell.mayRing("joined", now))).toEqual([true, true]);
});
