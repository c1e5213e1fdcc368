import { expect, test } from "bun:test";

import { holdPlace, type Locks } from "../../../conference_app/room/session/tabPlace";

const refusing = (name: string): Locks => ({ request: async () => Promise.reject(new DOMException("", name)) });
const never = new Promise<void>(() => undefined);

test("the place is lost to a tab that steals the lock", async () => {
  expect(await holdPlace(refusing("AbortError"), "room", never)).toBe(true);
});

test.each(["SecurityError", "InvalidStateError", "NotSupportedError"])("a browser that refuses locks (%p) loses nobody the place", async (name) => {
  expect(await holdPlace(refusing(name), "room", never)).toBe(false);
});

test("letting go of the place is no loss", async () => {
  const granting: Locks = { request: (_name, _options, held) => held() };
  expect(await holdPlace(granting, "room", Promise.resolve())).toBe(false);
});
