import { expect, test } from "bun:test";

import { retryDelay } from "../../../conference_app/room/session/retries";

test("tries come quickly first and never rarely", () => {
  expect(retryDelay(1)).toBe(1000);
  expect(retryDelay(3)).toBeGreaterThan(retryDelay(2));
  expect(retryDelay(100)).toBe(8000);
});
