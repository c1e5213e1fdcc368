import { expect, test } from "bun:test";

import { rootHashOf } from "../../../conference_app/room/encryption/rootKeys";
import { Churn, type Person } from "./churnRun";
import { FakeService } from "./fakeService";
import { FakeWebinar } from "./fakeWebinar";
import { type Meeting, newMeeting } from "./people";
import { soon } from "./sessions";

async function churn(seed: number, steps: number, make: (meeting: Meeting) => FakeService) {
  const meeting = await newMeeting();
  const service = make(meeting);
  const { root, linkSecret } = meeting.secrets;
  const rootHash = await rootHashOf(root.publicKey);
  const people: Person[] = Array.from({ length: 12 }, (_, index) => {
    const identity = index === 0 ? "host" : `guest-${index}`;
    const right = index === 0 ? { kind: "root" as const, root } : { kind: "link" as const, linkSecret };
    return { identity, token: identity, config: { name: identity, rootHash, right } };
  });
  return new Churn({ people, open: service.open, after: soon, seed, steps, limit: 8, pace: 1, left: (identity) => service.leave(identity) }).run();
}

test.each([1, 2, 3, 4])("random comings, goings and crashes end with one code (seed %i)", async (seed) => {
  const result = await churn(seed, 40, (meeting) => new FakeService(meeting));
  expect(result.problems).toEqual([]);
  expect(result.codes).toBe(1);
  expect(result.leavers).toBeGreaterThan(0);
  expect(result.tried).toBeGreaterThan(0);
}, 60_000);

test.each([1, 2, 3, 4])("and so do those of a large meeting (seed %i)", async (seed) => {
  const result = await churn(seed, 40, (meeting) => new FakeWebinar(meeting));
  expect(result.problems).toEqual([]);
  expect(result.codes).toBe(1);
  expect(result.epochs).toBeGreaterThan(5);
  expect(result.tried).toBeGreaterThan(0);
}, 60_000);
