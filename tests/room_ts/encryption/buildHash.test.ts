import { expect, test } from "bun:test";

import { hashOf } from "../../../conference_app/room/encryption/buildHash";

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;

test("the hash is of all files and their names, in whatever order they come", async () => {
  const files = new Map([["worker-b2.js", bytes("group")], ["frameWorker-a1.js", bytes("frames")]]);
  const hash = await hashOf(files);
  // As `make doctor` computes it: sha256 of the lines "name sha256".
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashOf(new Map([...files].reverse()))).toBe(hash);
  expect(await hashOf(new Map([["worker-b2.js", bytes("altered")], ["frameWorker-a1.js", bytes("frames")]]))).not.toBe(hash);
});
