import { expect, test } from "bun:test";

import { WakeLock } from "../../../conference_app/room/session/wakeLock";

/** A screen that counts what holds it. */
function screen(isVisible = true) {
  const counted = { held: 0, isVisible };
  const request = async () => {
    counted.held += 1;
    return { release: async () => void (counted.held -= 1) };
  };
  return { counted, lock: new WakeLock({ request, isVisible: () => counted.isVisible }) };
}

test("the screen is held once, however often one looks, and let go of at the end", async () => {
  const { counted, lock } = screen();
  await lock.look();
  await lock.look();
  expect(counted.held).toBe(1);
  await lock.release();
  expect(counted.held).toBe(0);
  await lock.look();
  expect(counted.held).toBe(0);
});

test("a lock that comes after the end is let go of", async () => {
  const { counted, lock } = screen();
  const looking = lock.look();
  await lock.release();
  await looking;
  expect(counted.held).toBe(0);
});

test("a hidden page asks for nothing, and asks when it is seen again", async () => {
  const { counted, lock } = screen(false);
  await lock.look();
  expect(counted.held).toBe(0);
  counted.isVisible = true;
  await lock.look();
  expect(counted.held).toBe(1);
});

test("browsers that cannot, or refuse, change nothing", async () => {
  await new WakeLock({ isVisible: () => true }).look();
  await new WakeLock({ request: () => Promise.reject(new DOMException("", "NotAllowedError")), isVisible: () => true }).look();
});
