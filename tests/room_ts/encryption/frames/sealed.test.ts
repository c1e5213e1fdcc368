import { expect, test } from "bun:test";

import { enabling, isForPage, sealed } from "../../../../conference_app/room/encryption/frames/sealed";

const enable = (enabled: boolean) => ({ kind: "enable", data: { enabled, participantIdentity: "ann" } });

test("what the server says of a track enables nothing and disables nothing", () => {
  expect(sealed(enable(false))).toEqual([enable(true)]);
  expect(sealed(enable(true))).toEqual([enable(true)]);
});

test.each(["encode", "decode", "updateCodec"])("before frames flow (%s) encryption is enabled for their sender", (kind) => {
  const message = { kind, data: { participantIdentity: "ann", trackId: "t" } };
  expect(sealed(message)).toEqual([enabling("ann"), message]);
});

test.each(["setSifTrailer", "ratchetRequest"])("%s never reaches the worker", (kind) => {
  expect(sealed({ kind, data: {} })).toEqual([]);
});

test("all else passes as it is", () => {
  const message = { kind: "setKey", data: { participantIdentity: "ann", keyIndex: 3 } };
  expect(sealed(message)).toEqual([message]);
});

test("the page hears nothing of what it has not sent", () => {
  expect(isForPage(enabling("ann"))).toBe(false);
  expect(isForPage(enable(true))).toBe(true);
  expect(isForPage({ kind: "error", data: {} })).toBe(true);
});
