import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { fromB64, toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import type { GroupEvent } from "../../../conference_app/room/encryption/groupKeys";
import { epochOf, updateKeys } from "../../../conference_app/room/encryption/mls";
import { createCommit, encodeMlsMessage } from "ts-mls";
import { suite } from "../../../conference_app/room/encryption/suite";
import { FakeService, type Frame } from "./fakeService";
import { type Meeting, newMeeting, rootTicketOf } from "./people";
import { allIn, codesOf, configOf, enter, isIn, type Player, secretOf, until } from "./sessions";

let meeting: Meeting;
let service: FakeService;
let all: Player[];

beforeEach(async () => {
  meeting = await newMeeting();
  service = new FakeService(meeting);
  all = [];
});

afterEach(() => {
  for (const { session } of all) session.leave();
});

async function come(identity: string, change: Partial<Player["config"]> = {}, at = service): Promise<Player> {
  const player = enter({ ...(await configOf(meeting, identity)), ...change }, at.open);
  all.push(player);
  return player;
}

async function room(...identities: string[]): Promise<Player[]> {
  const players = [];
  for (const identity of identities) {
    players.push(await come(identity));
    await allIn(players);
  }
  return players;
}

const phase = (wanted: string) => ({ snapshot }: Player["session"]) => snapshot.phase === wanted;
const ends = (reason: string) => ({ snapshot }: Player["session"]) => snapshot.phase === "ended" && snapshot.reason === reason;

/** Close the lines of `identity`, as a lost network does. */
const cut = (identity: string) => {
  for (const socket of [...service.sockets]) if (socket.identity === identity) socket.close();
};

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

  test("an identity that somebody else's key holds", async () => {
    await room("host", "ann");
    const twin = await come("ann");
    await until(twin.session, ends("identity"));
    expect(all[0].session.snapshot.members.length).toBe(2);
  });

  test("another driver, another protocol, and the service's own reasons", async () => {
    service.lie = (frame) => [frame.type === "state" ? { ...frame, driver: "hpke" } : frame];
    await until((await come("ann")).session, ends("version"));
    for (const reason of ["ended", "refused", "full", "protocol"]) {
      service.lie = () => [{ type: "end", reason }];
      await until((await come(`x-${reason}`)).session, ends(reason));
    }
    service.lie = () => [{ type: "end", reason: "toString" }];
    await until((await come("y")).session, ends("protocol"));
  });
});

describe("a lying service", () => {
  /** A real commit of `player` that breaks a rule, and what it would say of the group. */
  async function forbidden({ session }: Player, removed: number): Promise<string> {
    const { state } = session.current!;
    const proposals = [{ proposalType: "remove" as const, remove: { removed } }];
    const { commit } = await createCommit({ state, cipherSuite: await suite() }, { wireAsPublicMessage: true, extraProposals: proposals });
    return toB64(encodeMlsMessage(commit));
  }

  test("a commit that breaks the rules ends the keys of all who see it, and says so", async () => {
    const [host, ann, bob] = await room("host", "ann", "bob");
    service.inject(await forbidden(ann, 0));
    await Promise.all([host, ann, bob].map(({ session }) => until(session, phase("forked"))));
    for (const { session } of [host, ann, bob]) {
      expect(session.current).toBeNull();
      expect(session.keyFor("host")).toBeUndefined();
      expect(session.snapshot.members).toEqual([]);
    }
  });

  test("an epoch that goes back is a fork", async () => {
    const players = await room("host", "ann", "bob");
    service.lie = (frame) => [frame.type === "state" ? { ...frame, epoch: 0, entries: [] } : frame];
    cut("ann");
    await until(players[1].session, phase("forked"));
  });

  test("two halves that are told different things have different codes", async () => {
    const players = await room("host", "ann", "bob", "cat");
    const other = service.split(["bob", "cat"]);
    const dan = await come("dan");
    const eve = await come("eve", {}, other);
    await Promise.all([...players, dan, eve].map(({ session }) => until(session, isIn(5))));
    expect(codesOf([players[0], players[1], dan]).size).toBe(1);
    expect(codesOf([players[2], players[3], eve]).size).toBe(1);
    expect(codesOf([...players, dan, eve]).size).toBe(2);
  });

  test("what it replays changes nothing", async () => {
    const players = await room("host", "ann", "bob");
    const { epoch } = players[0].session.snapshot;
    for (const entry of service.log) service.all({ type: "entry", ...entry });
    service.all({ type: "accepted", epoch: 99 });
    players[0].session.refresh();
    await until(players[1].session, ({ snapshot }) => snapshot.epoch > epoch);
    await allIn(players);
    expect(players[0].session.snapshot.epoch).toBe(epoch + 1);
  });

  test("what it reorders or withholds is mended once it tells the truth", async () => {
    const players = await room("host", "ann", "bob");
    const kept: Frame[] = [];
    service.lie = (frame, to) => {
      if (frame.type !== "entry" || to !== "bob") return [frame];
      kept.push(frame);
      return kept.length === 2 ? [...kept].reverse() : [];
    };
    players[0].session.refresh();
    await until(players[1].session, ({ snapshot }) => snapshot.epoch === 3);
    players[0].session.refresh();
    await until(players[1].session, ({ snapshot }) => snapshot.epoch >= 4);
    service.lie = (frame) => [frame];
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  test("an altered commit never counts: the code is that of nobody who read it as it was", async () => {
    const players = await room("host", "ann", "bob");
    service.lie = (frame, to) => {
      if (frame.type !== "entry" || to !== "bob") return [frame];
      const bytes = fromB64(frame.message)!;
      bytes[bytes.length - 60] ^= 1;
      return [{ ...frame, message: toB64(bytes) }];
    };
    const { epoch } = players[2].session.snapshot;
    players[0].session.refresh();
    await until(players[2].session, phase("mending"));
    expect(players[2].session.snapshot.epoch).toBe(epoch);
    service.lie = (frame) => [frame];
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  test("a group info of another meeting lets nobody in", async () => {
    const players = await room("host");
    const elsewhere = new FakeService(await newMeeting("room-1"));
    const foreign = enter(await configOf(elsewhere.meeting, "host"), elsewhere.open);
    all.push(foreign);
    await until(foreign.session, isIn(1));
    service.lie = (frame) => [frame.type === "turn" ? { ...frame, info: elsewhere.info } : frame];
    const ann = await come("ann");
    let passes = 0;
    const take = service.take.bind(service);
    const seen = new Promise<void>((resolve) => {
      service.take = async (socket, frame) => {
        if (frame.type === "pass" && ++passes === 2) resolve();
        await take(socket, frame);
      };
    });
    await seen;
    expect(ann.session.snapshot.phase).toBe("joining");
    service.lie = (frame) => [frame];
    await allIn([...players, ann]);
  });

  test("a group info of an earlier epoch makes nobody believe it is now", async () => {
    const players = await room("host");
    const old = service.info;
    players.push(...[await come("ann")]);
    await allIn(players);
    service.lie = (frame, to) => [frame.type === "turn" && to === "bob" ? { ...frame, info: old } : frame];
    const bob = await come("bob");
    await until(bob.session, phase("joining"));
    service.lie = (frame) => [frame];
    await allIn([...players, bob]);
  });

  test("words that are none of this protocol break the line and nothing else", async () => {
    const players = await room("host", "ann");
    for (const frame of [{ type: "nonsense" }, { type: "entry", epoch: "1" }, { type: "turn" }, { type: "gone" }, { type: "state", v: 2 }] as Frame[]) {
      service.all(frame);
      await allIn(players);
    }
    expect(codesOf(players).size).toBe(1);
  });

  test("calling people gone who are here removes them, and they come back", async () => {
    const players = await room("host", "ann", "bob");
    service.leave("bob");
    await until(players[0].session, isIn(2));
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });
});

test("one's own commit is made for an epoch and not for another", async () => {
  const [host] = await room("host");
  const own = await updateKeys(host.session.current!);
  expect(epochOf(own.group)).toBe(epochOf(host.session.current!) + 1);
});
