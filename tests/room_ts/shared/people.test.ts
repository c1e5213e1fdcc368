import { expect, test } from "bun:test";
import type { Participant } from "livekit-client";

import { aboutOf, photoOf } from "../../../conference_app/room/shared/people";

const participant = (attributes: Record<string, string>) => ({ attributes }) as unknown as Participant;

test("a member is shown with what the token says of them, a guest with nothing", () => {
  const ann = participant({ role: "host", about: "Dr, Acme", photo: "/room-photo/abc" });
  expect([aboutOf(ann), photoOf(ann)]).toEqual(["Dr, Acme", "/room-photo/abc"]);
  const guest = participant({ role: "guest" });
  expect([aboutOf(guest), photoOf(guest)]).toEqual(["", ""]);
});

test("a photo comes from our own server only", () => {
  for (const elsewhere of ["https://example.com/room-photo/x", "//example.com/x", "data:image/png;base64,", "javascript:0"])
    expect(photoOf(participant({ photo: elsewhere }))).toBe("");
});
