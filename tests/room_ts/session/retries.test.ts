import { expect, test } from "bun:test";

import { reconnectDelay, retryDelay } from "../../../conference_app/room/session/retries";

test("tries come quickly first and never rarely", () => {
  expect(retryDelay(1)).toBe(1000);
  expect(retryDelay(3)).toBeGreaterThan(retryDelay(2));
  expect(retryDelay(100)).toBe(8000);
});

test("a lost connection is tried at least every two seconds, and left to the page after five minutes", () => {
  for (const retryCount of [0, 1, 5, 100]) {
    const delay = reconnectDelay({ retryCount, elapsedMs: 299_000 }) as number;
    expect(delay).toBeGreaterThanOrEqual(150);
    expect(delay).toBeLessThanOrEqual(2000);
  }
  expect(reconnectDelay({ retryCount: 0, elapsedMs: 0 })).toBeLessThanOrEqual(300);
  expect(reconnectDelay({ retryCount: 200, elapsedMs: 301_000 })).toBeNull();
});
