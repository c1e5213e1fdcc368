import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import type { GroupEvent } from "../../../conference_app/room/encryption/groupKeys";
import { epochOf, updateKeys } from "../../../conference_app/room/encryption/mls";
import type { After } from "../../../conference_app/room/encryption/serviceLink";
import { TURN_MS } from "../../../conference_app/room/encryption/turns";
import type { FakeService } from "./fakeService";
import { type Meeting, rootTicketOf } from "./people";
import { allIn, codesOf, configOf, enter, isIn, type Player, secretOf, soon, until } from "./sessions";
import { ends, phase, Stage } from "./stage";

let meeting: Meeting;
let service: FakeService;
let all: Player[];
let stage: Stage;
let come: Stage["come"];
let room: Stage["room"];
let cut: Stage["cut"];

beforeEach(async () => {
  stage = await Stage.open();
  ({ meeting, service, all, come, room, cut } = stage);
});

afterEach(() => stage.close());

describe("coming and going", () => {
  test("all who come share one code, and everybody's keys", async () => {
    const players = await room("host", "ann", "bob");
    expect(codesOf(players).size).toBe(1);
    expect(new Set(players.map(({ session }) => session.snapshot.code)).size).toBe(1);
    for (const { identity } of players) expect(new Set(await Promise.all(players.map((one) => secretOf(one, identity)))).size).toBe(1);
    for (const { session } of players) expect(session.keyFor("bob")?.extractable).toBe(false);
    expect(players[0].session.keyFor("nobody")).toBeUndefined();
  });

  test("a link lets people in although no host is there", async () => {
    const players = await room("ann", "bob");
    expect(players[0].session.snapshot.members.map(({ role }) => role)).toEqual(["guest", "guest"]);
  });

  test("all may come at once", async () => {
    const players = await Promise.all(["host", "a", "b", "c", "d", "e", "f", "g"].map((identity) => come(identity)));
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  test("who is gone is removed, though the first in line does nothing", async () => {
    const players = await room("host", "ann", "bob", "cat");
    const [, ann, bob, cat] = players;
    cut("host");
    players[0].session.leave();
    cut("cat");
    cat.session.leave();
    service.leave("host");
    service.leave("cat");
    await allIn([ann, bob]);
    expect(codesOf([ann, bob]).size).toBe(1);
  });

  test("a removal is told with its epoch, a join without", async () => {
    const [host, ann] = await room("host", "ann");
    const events: GroupEvent[] = [];
    host.session.subscribe((event) => events.push(event));
    await come("bob");
    await until(host.session, isIn(3));
    service.remove("bob");
    await until(host.session, isIn(2));
    await allIn([host, ann]);
    const epochs = events.flatMap((event) => (event.type === "epoch" ? [event] : []));
    expect(epochs.map(({ hasRemoved, keys }) => [hasRemoved, keys.size])).toEqual([[false, 3], [true, 2]]);
  });

  test("who is removed by the service's word is told, and gets no further keys", async () => {
    const [host, ann] = await room("host", "ann");
    service.remove("ann");
    await until(ann.session, ends("removed"));
    await until(host.session, isIn(1));
    expect(ann.session.keyFor("host")).toBeUndefined();
  });

  test("a reload takes the same leaf again", async () => {
    const [host, ann] = await room("host", "ann");
    ann.session.leave();
    const back = enter(ann.config, service.open);
    all.push(back);
    await until(back.session, isIn(2));
    await allIn([host, back]);
    expect(host.session.snapshot.members.map(({ leaf }) => leaf)).toEqual([0, 1]);
  });

  test("who has lost their leaf takes their place, and the older page is told", async () => {
    const [host, ann] = await room("host", "ann");
    const twin = await come("ann");
    await allIn([host, twin]);
    await until(ann.session, ends("refused"));
    expect(host.session.snapshot.members.map(({ key }) => key)).toContain(toB64(twin.config.leaf.publicKey));
  });

  test("who has lost their leaf and was alone begins anew", async () => {
    await room("host");
    const twin = await come("host");
    await allIn([twin]);
    await allIn([twin, await come("ann")]);
  });

  test("a new co-host comes in anew with their ticket and may then let others in", async () => {
    const [host, ann] = await room("host", "ann");
    service.give("ann", await rootTicketOf(meeting, "cohost", "ann", ann.config.leaf));
    await until(host.session, ({ snapshot }) => snapshot.members.some(({ role }) => role === "cohost"));
    await allIn([host, ann]);
    const leaf = newKeyPair();
    const ticket = await ann.session.signFor("admitted", { identity: "bob", name: "Bob", note: "introduced" }, leaf.publicKey);
    const bob = await come("bob", { leaf, right: { kind: "ticket", ticket } });
    await allIn([host, ann, bob]);
    expect(host.session.snapshot.members.find(({ identity }) => identity === "bob")).toMatchObject({ kind: "admitted", note: "introduced", name: "Bob" });
  });

  test("whoever waits for a ticket comes in when it is signed", async () => {
    const [host] = await room("host");
    const bob = await come("bob", { right: { kind: "ticket", ticket: null }, rootHash: null });
    await until(bob.session, phase("joining"));
    const ticket = await host.session.signFor("admitted", { identity: "bob", name: "Bob", note: "" }, bob.config.leaf.publicKey);
    service.give("bob", ticket!);
    await allIn([host, bob]);
  });

  test("guests sign nothing", async () => {
    const [host, ann] = await room("host", "ann");
    const { publicKey } = newKeyPair();
    expect(await ann.session.signFor("admitted", { identity: "x", name: "X", note: "" }, publicKey)).toBeNull();
    expect(await ann.session.signFor("cohost", { identity: "x", name: "X", note: "" }, publicKey)).toBeNull();
    expect(await host.session.signFor("cohost", { identity: "x", name: "X", note: "" }, publicKey)).not.toBeNull();
  });

  test("keys change on demand", async () => {
    const players = await room("host", "ann");
    const before = await secretOf(players[0], "ann");
    const { epoch } = players[1].session.snapshot;
    players[0].session.refresh();
    await until(players[1].session, ({ snapshot }) => snapshot.epoch > epoch);
    await allIn(players);
    expect(await secretOf(players[1], "ann")).not.toBe(before);
  });
});

describe("who is ready, and who leaves", () => {
  test("all are told once all have said that they hold the keys, and again after each change", async () => {
    const players = await room("host", "ann");
    const { epoch } = players[0].session.snapshot;
    for (const { session } of players) await until(session, ({ snapshot }) => snapshot.allReady === epoch);
    players.push(await come("bob"));
    for (const { session } of players) await until(session, ({ snapshot }) => snapshot.allReady === epoch + 1);
  });

  test("whoever is not ready is waited for, and no longer once they are gone", async () => {
    const [host, ann] = await room("host", "ann");
    service.hold("bob");
    const bob = await come("bob");
    await allIn([host, ann, bob]);
    const { epoch } = host.session.snapshot;
    await until(host.session, ({ snapshot }) => snapshot.epoch === epoch);
    expect(host.session.snapshot.allReady).toBeLessThan(epoch);
    service.leave("bob");
    await until(host.session, ({ snapshot }) => snapshot.allReady >= epoch);
  });

  test("what a lost line has swallowed is said again over the next", async () => {
    const [host, ann] = await room("host", "ann");
    service.hold("ann");
    host.session.refresh();
    const { epoch } = host.session.snapshot;
    await until(ann.session, ({ snapshot }) => snapshot.epoch > epoch);
    service.free("ann");
    cut("ann");
    await until(host.session, ({ snapshot }) => snapshot.allReady > epoch);
  });

  test("another epoch than ours is nobody's", async () => {
    const [host] = await room("host");
    service.all({ type: "all_ready", epoch: 7 });
    service.all({ type: "all_ready", epoch: -1 });
    await allIn([host, await come("ann")]);
    expect(host.session.snapshot.allReady).toBeLessThan(2);
    expect(host.session.snapshot.allReady).toBeGreaterThanOrEqual(0);
  });

  test("whoever leaves is gone at once, without anybody's word", async () => {
    const [host, ann] = await room("host", "ann");
    ann.session.leave();
    await until(host.session, isIn(1));
    expect(service.gone).toEqual(new Set(["ann"]));
  });
});

describe("what breaks is mended", () => {
  test("a lost line is opened again and what was missed is read", async () => {
    const [host, ann] = await room("host", "ann");
    cut("ann");
    const bob = await come("bob");
    await allIn([host, ann, bob]);
    expect(codesOf([host, ann, bob]).size).toBe(1);
  });

  test("a service that was away is found again", async () => {
    const players = await room("host", "ann");
    service.stop();
    await Promise.all(players.map(({ session }) => until(session, phase("mending"))));
    service.isDown = false;
    await allIn(players);
  });

  test.each(["before", "after"] as const)("a committer whose line breaks %s their commit is in the log goes on", async (when) => {
    const players = await room("host", "ann", "bob");
    service.crashes.set("ann", when);
    players[1].session.refresh();
    const { epoch } = players[1].session.snapshot;
    await until(players[2].session, ({ snapshot }) => snapshot.epoch > epoch);
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
    // Taken from what was made, not read back and not come in anew: one epoch further.
    expect(players[0].session.snapshot.epoch).toBe(epoch + 1);
  });

  test.each(["before", "after"] as const)("a newcomer whose line breaks %s their join is in the log comes in", async (when) => {
    const players = await room("host", "ann");
    service.crashes.set("bob", when);
    players.push(await come("bob"));
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  test.each(["before", "after"] as const)("a first one whose line breaks %s the group is there comes in", async (when) => {
    service.crashes.set("host", when);
    const players = [await come("host")];
    await allIn(players);
    players.push(await come("ann"));
    await allIn(players);
  });

  test("who is alone and reloads comes in again", async () => {
    const [host] = await room("host");
    host.session.leave();
    const back = enter(host.config, service.open);
    all.push(back);
    await until(back.session, isIn(1));
    await allIn([back, await come("ann")]);
  });

  test("a log that no longer reaches back means coming in anew", async () => {
    const [host, ann] = await room("host", "ann");
    service.stop();
    service.forgotten = 99;
    service.isDown = false;
    await allIn([host, ann]);
    expect(codesOf([host, ann]).size).toBe(1);
  });

  test("a commit that nobody can read is left behind by coming in anew", async () => {
    const players = await room("host", "ann", "bob");
    service.inject("AAAA");
    // Their own commits go on from the epoch that the service counts; the group's own is another: nobody can join it.
    await Promise.all(players.map(({ session }) => until(session, phase("mending"))));
    expect(codesOf(players).size).toBe(1);
  });
});

test("what was begun over a lost line is not finished over the next: no second commit counts in its place", async () => {
  const [{ session: ann }] = await room("ann");
  let isArmed = false;
  let hasBroken = false;
  /** The line breaks in the moment in which a turn begins; the next is there before a commit is made. */
  const breaks = async () => {
    isArmed = false;
    hasBroken = true;
    host.session.wake();
    hasBroken = false;
    for (let step = 0; step < 10; step++) await null;
    host.session.refresh();
  };
  const after: After = (ms, run) => {
    const isRetry = hasBroken && ms < 1000;
    const cancel = isRetry ? () => {} : soon(ms, run);
    if (isRetry) queueMicrotask(run);
    return () => {
      cancel();
      if (isArmed && ms === TURN_MS) void breaks();
    };
  };
  const host = enter(await configOf(meeting, "host"), service.open, after);
  all.push(host);
  await allIn(all);
  const { epoch } = ann.snapshot;
  isArmed = true;
  host.session.refresh();
  await until(ann, ({ snapshot }) => snapshot.epoch > epoch);
  await until(host.session, ({ snapshot }) => snapshot.epoch > epoch && snapshot.phase === "in");
  expect(codesOf(all).size).toBe(1);
});

describe("who may not come in is told why", () => {
  test("a root key that the link does not pin", async () => {
    const stranger = await come("ann", { rootHash: new Uint8Array(16) });
    await until(stranger.session, ends("root"));
  });

  test("a link that a host has not certified", async () => {
    service.certificate = "";
    const guest = await come("ann");
    await until(guest.session, ends("ticket"));
  });

  test("an organizer with another vault's keys", async () => {
    const stranger = await come("host", { right: { kind: "root", root: newKeyPair() } });
    await until(stranger.session, ends("ticket"));
  });

  test("an identity that another key holds, which nobody removes", async () => {
    await room("host", "ann");
    service.lie = (frame, to) => (to === "host" && frame.type === "gone" ? [] : [frame.type === "turn" ? { ...frame, gone: [] } : frame]);
    const twin = await come("ann");
    await until(twin.session, ends("identity"));
    expect(all[0].session.snapshot.members.length).toBe(2);
  });

  test("another driver, another protocol, and the service's own reasons", async () => {
    service.lie = (frame) => [frame.type === "state" ? { ...frame, driver: "toString" } : frame];
    await until((await come("ann")).session, ends("version"));
    for (const reason of ["ended", "refused", "full", "protocol"]) {
      service.lie = () => [{ type: "end", reason }];
      await until((await come(`x-${reason}`)).session, ends(reason));
    }
    service.lie = () => [{ type: "end", reason: "toString" }];
    await until((await come("y")).session, ends("protocol"));
  });
});

test("one's own commit is made for an epoch and not for another", async () => {
  const [host] = await room("host");
  const own = await updateKeys(host.session.current!);
  expect(epochOf(own.group)).toBe(epochOf(host.session.current!) + 1);
});
