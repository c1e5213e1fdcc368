import { expect, mock, test } from "bun:test";

import { livekit, REASONS } from "../livekit";

mock.module("livekit-client", livekit);
const { Away, mayReturn } = await import("../../../conference_app/room/session/away");
const { RETURN_MS } = await import("../../../conference_app/room/session/retries");

test("who leaves, is removed or goes on elsewhere is gone; all others may be back", () => {
  const { CLIENT_INITIATED, DUPLICATE_IDENTITY, PARTICIPANT_REMOVED, ROOM_DELETED, ROOM_CLOSED } = REASONS;
  for (const reason of [CLIENT_INITIATED, DUPLICATE_IDENTITY, PARTICIPANT_REMOVED, ROOM_DELETED, ROOM_CLOSED]) expect(mayReturn(reason as never)).toBe(false);
  for (const reason of [undefined, REASONS.STATE_MISMATCH]) expect(mayReturn(reason as never)).toBe(true);
});

test("who is back keeps the place no longer, who stays away loses it", () => {
  const away = new Away<string>();
  away.lost("a", "Ada", 0);
  away.lost("b", "Ben", 0);
  expect(away.people()).toEqual(["Ada", "Ben"]);
  expect([away.settle("a"), away.settle("a")]).toEqual([true, false]);
  expect(away.expire(RETURN_MS - 1)).toBe(false);
  expect(away.expire(RETURN_MS)).toBe(true);
  expect(away.people()).toEqual([]);
});

test("while we are away ourselves nobody's time runs", () => {
  const away = new Away<string>();
  away.lost("a", "Ada", 0);
  away.wait(RETURN_MS);
  expect(away.expire(RETURN_MS + 1)).toBe(false);
});
