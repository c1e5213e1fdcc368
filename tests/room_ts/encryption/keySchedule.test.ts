import { expect, test } from "bun:test";

import { type EpochKeys, KeySchedule, RETIRE_MS, SWITCH_AFTER_REMOVAL_MS, SWITCH_MS } from "../../../conference_app/room/encryption/keySchedule";

/** A clock that is moved by hand. */
class Clock {
  private now = 0;
  private planned: Array<{ at: number; act: () => void }> = [];

  after = (ms: number, act: () => void): (() => void) => {
    const one = { at: this.now + ms, act };
    this.planned.push(one);
    return () => void (this.planned = this.planned.filter((other) => other !== one));
  };

  async move(ms: number): Promise<void> {
    this.now += ms;
    for (;;) {
      const due = this.planned.filter(({ at }) => at <= this.now).sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.planned = this.planned.filter((other) => other !== due);
      due.act();
    }
    await Bun.sleep(0);
  }
}

const key = (name: string) => name as unknown as CryptoKey;

function epoch(number: number, people = ["me", "ann"], hasRemoved = false): EpochKeys {
  return { epoch: number, keys: new Map(people.map((who) => [who, key(`${who}${number}`)])), hasRemoved };
}

function scheduled() {
  const clock = new Clock();
  const set: string[] = [];
  const target = {
    set: (who: string, at: number, value: CryptoKey, isCurrent: boolean) =>
      void set.push(`${who}@${at % 16}=${String(value)}${isCurrent ? "!" : ""}`),
  };
  const switched: number[] = [];
  const schedule = new KeySchedule({
    identity: "me",
    target,
    timers: clock,
    randomKey: async () => key("random"),
    ring: 16,
    switched: (number) => switched.push(number),
  });
  const heard = () => set.splice(0);
  return { clock, schedule, heard, switched };
}

test("the first key of one's own is used at once", () => {
  const { schedule, heard, switched } = scheduled();
  schedule.begin(epoch(3));
  expect(heard()).toEqual(["ann@3=ann3", "me@3=me3!"]);
  expect(switched).toEqual([3]);
});

test("others' keys come at once, the own one a second later", async () => {
  const { clock, schedule, heard } = scheduled();
  schedule.begin(epoch(0));
  heard();
  schedule.begin(epoch(1));
  expect(heard()).toEqual(["ann@1=ann1"]);
  await clock.move(SWITCH_MS - 1);
  expect(heard()).toEqual([]);
  await clock.move(1);
  expect(heard()).toEqual(["me@1=me1!"]);
});

test("a burst of epochs does not put the switch off, and ends in the newest", async () => {
  const { clock, schedule, heard, switched } = scheduled();
  schedule.begin(epoch(0));
  for (const number of [1, 2, 3]) {
    schedule.begin(epoch(number));
    await clock.move(300);
  }
  heard();
  await clock.move(100);
  expect(heard()).toEqual(["me@3=me3!"]);
  expect(switched).toEqual([0, 3]);
});

test("after a removal the own key changes soon, also when a later change was planned", async () => {
  const { clock, schedule, heard } = scheduled();
  schedule.begin(epoch(0));
  schedule.begin(epoch(1));
  schedule.begin(epoch(2, ["me"], true));
  heard();
  await clock.move(SWITCH_AFTER_REMOVAL_MS);
  expect(heard()).toEqual(["me@2=me2!"]);
});

test("retired keys are overwritten, also those of who is gone", async () => {
  const { clock, schedule, heard } = scheduled();
  schedule.begin(epoch(0));
  schedule.begin(epoch(1, ["me"], true));
  await clock.move(SWITCH_MS);
  heard();
  await clock.move(RETIRE_MS);
  expect(heard()).toEqual(["me@0=random", "ann@0=random"]);
});

test("a slot that a later epoch uses by then is left alone", async () => {
  const { clock, schedule, heard } = scheduled();
  for (let number = 0; number <= 16; number++) schedule.begin(epoch(number));
  await clock.move(SWITCH_MS);
  heard();
  await clock.move(RETIRE_MS);
  const overwritten = heard();
  expect(overwritten).not.toContain("ann@0=random");
  expect(overwritten).toContain("ann@1=random");
  expect(overwritten).toContain("ann@15=random");
  expect(overwritten.some((one) => one.startsWith("me@0"))).toBe(false);
});

test("an end stops all that was planned", async () => {
  const { clock, schedule, heard } = scheduled();
  schedule.begin(epoch(0));
  schedule.begin(epoch(1));
  heard();
  schedule.end();
  await clock.move(RETIRE_MS * 2);
  expect(heard()).toEqual([]);
});

test("the own key changes as soon as all are ready for the newest epoch, and for no other", () => {
  const { schedule, heard, switched } = scheduled();
  schedule.begin(epoch(0));
  schedule.begin(epoch(1));
  schedule.begin(epoch(2));
  heard();
  schedule.allReady(1);
  expect(heard()).toEqual([]);
  schedule.allReady(2);
  expect(heard()).toEqual(["me@2=me2!"]);
  schedule.allReady(2);
  expect(switched).toEqual([0, 2]);
});

test("nothing of a switch is left to do once all were ready", async () => {
  const { clock, schedule, switched } = scheduled();
  schedule.begin(epoch(0));
  schedule.begin(epoch(1, ["me"], true));
  schedule.allReady(1);
  await clock.move(SWITCH_MS);
  expect(switched).toEqual([0, 1]);
});

test("who joins within an epoch gets a place in it, and nothing else changes", async () => {
  const { clock, schedule, heard, switched } = scheduled();
  schedule.begin(epoch(4));
  heard();
  schedule.begin(epoch(4, ["me", "ann", "bob"]));
  expect(heard()).toEqual(["bob@4=bob4"]);
  await clock.move(RETIRE_MS);
  expect(heard()).toEqual([]);
  schedule.begin(epoch(5, ["me", "ann", "bob"]));
  await clock.move(RETIRE_MS);
  expect(heard()).toEqual(["ann@5=ann5", "bob@5=bob5", "me@5=me5!", "me@4=random", "ann@4=random", "bob@4=random"]);
  expect(switched).toEqual([4, 5]);
});
