/**
 * A delivery service that lies. Whatever it says: nobody comes in without a ticket, and no two members who go different
 * ways believe that they are together.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { type Bytes, fromB64, toB64, utf8 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair, sign } from "../../../conference_app/room/encryption/ed25519";
import { goneBytes, goneData } from "../../../conference_app/room/encryption/goneWords";
import { epochOf, groupInfo, type MlsGroup, removeMembers, updateKeys } from "../../../conference_app/room/encryption/mls";
import { linkTicket, type Ticket } from "../../../conference_app/room/encryption/tickets";
import { FakeService, type Frame } from "./fakeService";
import { laxCommit, laxJoin, packageOf } from "./forgery";
import { goneWord, holder, linkTicketOf, type Meeting, newMeeting } from "./people";
import { allIn, codesOf, configOf, enter, isIn, type Player, until } from "./sessions";
import { phase, Stage } from "./stage";

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

const groupOf = ({ session }: Player): MlsGroup => session.current!;
const infoNow = (): Bytes => fromB64(service.info)!;
const identitiesOf = ({ session }: Player): string[] => session.snapshot.members.map(({ identity }) => identity);

/** All of them have stopped, with no keys and nobody to show. */
async function haveForked(players: ReadonlyArray<Player>): Promise<void> {
  await Promise.all(players.map(({ session }) => until(session, phase("forked"))));
  for (const { session } of players) {
    expect(session.current).toBeNull();
    for (const { identity } of players) expect(session.keyFor(identity)).toBeUndefined();
    expect(session.snapshot.members).toEqual([]);
  }
}

/** A ticket that was signed in another meeting, under the same names. */
async function foreignTicket(identity: string, leafKey = newKeyPair()): Promise<[typeof leafKey, Ticket]> {
  return [leafKey, await linkTicketOf(await newMeeting(), identity, leafKey)];
}

describe("adds somebody without a ticket", () => {
  test("by an external commit: all stop and say so", async () => {
    const players = await room("host", "ann", "bob");
    const [leaf, ticket] = await foreignTicket("eve");
    service.inject(toB64(await laxJoin(infoNow(), groupOf(players[0]), { leaf, ticket })));
    await haveForked(players);
  });

  test("with a ticket for another leaf's key, another name or role, or that it signed itself", async () => {
    const [host] = await room("host");
    const [leaf, other] = [newKeyPair(), newKeyPair()];
    const real = await linkTicketOf(meeting, "eve", other);
    const own = await linkTicket(meeting.facts, newKeyPair(), meeting.certificate, holder("eve"), leaf.publicKey);
    const byServer = await linkTicket(meeting.facts, meeting.server, meeting.certificate, holder("eve"), leaf.publicKey);
    const renamed = { ...(await linkTicketOf(meeting, "eve", leaf)), name: "Name of host" };
    const raised = { ...(await linkTicketOf(meeting, "eve", leaf)), role: "host" as const, kind: "root" as const };
    const start = { ...service, log: [...service.log] };
    for (const ticket of [real, own, byServer, renamed, raised]) {
      const player = await come("watcher");
      await allIn([host, player]);
      const message = await laxJoin(infoNow(), groupOf(player), { leaf, ticket });
      service.lie = (frame, to) => (to === "watcher" ? [frame] : []);
      const before = { epoch: service.epoch, info: service.info, log: [...service.log] };
      service.inject(toB64(message));
      await haveForked([player]);
      Object.assign(service, before);
      service.lie = (frame) => [frame];
      service.leave("watcher");
      await until(host.session, isIn(1));
    }
    expect(start.log.length).toBeLessThan(service.log.length);
    expect(identitiesOf(host)).toEqual(["host"]);
  });

  test("by an Add in a member's commit", async () => {
    const players = await room("host", "ann");
    const leaf = newKeyPair();
    const { publicPackage } = await packageOf(leaf, await linkTicketOf(meeting, "eve", leaf));
    service.inject(toB64(await laxCommit(groupOf(players[1]), [{ proposalType: "add", add: { keyPackage: publicPackage } }])));
    await haveForked(players);
  });

  test("in the group info that a newcomer gets: the newcomer stays outside", async () => {
    const [host] = await room("host");
    const [leaf, ticket] = await foreignTicket("eve");
    const forged = { ...groupOf(host), state: { ...groupOf(host).state } };
    forged.state.ratchetTree = forged.state.ratchetTree.map((node) => node?.nodeType !== "leaf" ? node : { ...node, leaf: { ...node.leaf, signaturePublicKey: leaf.publicKey, credential: { credentialType: "basic" as const, identity: utf8(JSON.stringify(ticket)) } } });
    const info = toB64(await groupInfo(forged));
    const ann = await stays(info);
    expect(identitiesOf(ann)).toEqual([]);
  });

  test("by a ticket that it sends: it is not taken", async () => {
    const [host] = await room("host");
    const bob = await come("bob", { right: { kind: "ticket", ticket: null }, rootHash: null });
    await until(bob.session, phase("joining"));
    const [, ticket] = await foreignTicket("bob", bob.config.leaf);
    service.give("bob", ticket);
    service.give("bob", await linkTicketOf(meeting, "bob", newKeyPair()));
    service.give("bob", await linkTicketOf(meeting, "host", bob.config.leaf));
    await until(host.session, isIn(1));
    expect(bob.session.snapshot.phase).toBe("joining");
    const right = await host.session.signFor("admitted", holder("bob"), bob.config.leaf.publicKey);
    service.give("bob", right!);
    await allIn([host, bob]);
  });
});

/** A newcomer who is given `info` as the group's, twice: outside until the truth is told again. */
async function stays(info: string): Promise<Player> {
  let isTrue = false;
  let passes = 0;
  service.lie = (frame, to) => [frame.type === "turn" && to === "newcomer" && !isTrue ? { ...frame, info } : frame];
  const take = service.take.bind(service);
  const seen = new Promise<void>((resolve) => {
    service.take = async (socket, frame) => {
      if (frame.type === "pass" && socket.identity === "newcomer" && ++passes === 2) resolve();
      await take(socket, frame);
    };
  });
  const player = await come("newcomer");
  await seen;
  expect(player.session.snapshot.phase).toBe("joining");
  isTrue = true;
  return player;
}

describe("forges", () => {
  test("a commit that breaks the rules: all who see it stop and say so", async () => {
    const players = await room("host", "ann", "bob");
    service.inject(toB64(await laxCommit(groupOf(players[1]), [{ proposalType: "remove", remove: { removed: 0 } }])));
    await haveForked(players);
  });

  test("a commit out of another meeting of the same room", async () => {
    const players = await room("host", "ann");
    const elsewhere = new FakeService(await newMeeting("room-1"));
    const foreign = enter(await configOf(elsewhere.meeting, "host"), elsewhere.open);
    all.push(foreign);
    await until(foreign.session, isIn(1));
    const commits = [await updateKeys(groupOf(foreign))];
    service.inject(toB64(commits[0].message));
    await haveForked(players);
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

  test("the answer to a commit that it has not taken: who believed it is alone, and the codes say so", async () => {
    const players = await room("host", "ann");
    const [host, ann] = players;
    const { epoch } = ann.session.snapshot;
    const take = service.take.bind(service);
    service.take = async (socket, frame) => {
      if (frame.type !== "commit") return take(socket, frame);
      service.tell(socket, { type: "accepted", epoch: Number(frame.epoch) + 1 });
    };
    host.session.refresh();
    await until(host.session, ({ snapshot }) => snapshot.epoch === epoch + 1);
    expect(ann.session.snapshot.epoch).toBe(epoch);
    expect(codesOf(players).size).toBe(2);
    service.take = take;
    cut("host");
    await until(host.session, phase("forked"));
  });

  test("the answer for another epoch than the commit's", async () => {
    const players = await room("host", "ann");
    service.lie = (frame) => [frame.type === "accepted" ? { ...frame, epoch: 40 } : frame];
    players[0].session.refresh();
    await until(players[0].session, phase("mending"));
    service.lie = (frame) => [frame];
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  test("turns that nobody asked for", async () => {
    const players = await room("host", "ann");
    const { epoch } = players[0].session.snapshot;
    const info = service.info;
    for (let count = 0; count < 5; count++) service.all({ type: "turn", epoch, info, gone: [] });
    players[0].session.refresh();
    await until(players[1].session, ({ snapshot }) => snapshot.epoch > epoch);
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  test("words that are none of this protocol break the line and nothing else", async () => {
    const players = await room("host", "ann");
    for (const frame of [{ type: "nonsense" }, { type: "entry", epoch: "1" }, { type: "turn" }, { type: "gone" }, { type: "state", v: 2 }] as Frame[]) {
      service.all(frame);
      await allIn(players);
    }
    expect(codesOf(players).size).toBe(1);
  });
});

describe("reorders, withholds, replays", () => {
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

  test("what it withholds for ever: who does not get it has another code, in another epoch", async () => {
    const players = await room("host", "ann", "bob");
    const [host, ann, bob] = players;
    const { epoch } = bob.session.snapshot;
    service.lie = (frame, to) => (to === "bob" && frame.type === "entry" ? [] : [frame]);
    host.session.refresh();
    await until(ann.session, ({ snapshot }) => snapshot.epoch > epoch);
    expect(bob.session.snapshot.epoch).toBe(epoch);
    expect(codesOf([host, ann]).size).toBe(1);
    expect(codesOf(players).size).toBe(2);
  });

  test("a removal that it withholds from the removed gives them no later keys", async () => {
    const [host, ann, bob] = await room("host", "ann", "bob");
    const old = groupOf(bob);
    service.lie = (frame, to) => (to === "bob" ? [] : [frame]);
    host.session.remove("bob");
    await Promise.all([host, ann].map(({ session }) => until(session, isIn(2))));
    expect(epochOf(groupOf(host))).toBeGreaterThan(epochOf(old));
    expect(codesOf([host, ann]).size).toBe(1);
    expect(codesOf([host, ann, bob]).size).toBe(2);
  });

  test("a commit of an earlier epoch under a new number", async () => {
    const players = await room("host", "ann");
    service.inject(service.log[1].message);
    await haveForked(players);
  });

  test("an epoch that goes back is a fork", async () => {
    const players = await room("host", "ann", "bob");
    service.lie = (frame) => [frame.type === "state" ? { ...frame, epoch: 0, entries: [] } : frame];
    cut("ann");
    await until(players[1].session, phase("forked"));
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
});

describe("leads people apart", () => {
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

  test("two forks that it joins again: the first commit from the other side stops those who see it", async () => {
    const players = await room("host", "ann", "bob", "cat");
    const other = service.split(["bob", "cat"]);
    const { epoch } = players[0].session.snapshot;
    players[0].session.remove("cat");
    players[2].session.refresh();
    await until(players[1].session, ({ snapshot }) => snapshot.epoch > epoch);
    await until(players[3].session, ({ snapshot }) => snapshot.epoch > epoch);
    expect(codesOf(players).size).toBe(2);
    // Bob's side goes on by one who is no longer in ann's tree.
    players[3].session.refresh();
    await until(players[2].session, ({ snapshot }) => snapshot.epoch > epoch + 1);
    service.inject(other.log.at(-1)!.message);
    await haveForked([players[0], players[1]]);
    expect(players[2].session.snapshot.phase).toBe("in");
  });

  test("a newcomer who is told that there is no group is alone, and has another code", async () => {
    const [host] = await room("host");
    service.lie = (frame, to) => [to === "ann" && "epoch" in frame ? { ...frame, epoch: -1, info: "", entries: [] } : frame];
    const take = service.take.bind(service);
    service.take = async (socket, frame) => {
      if (socket.identity === "ann" && frame.type === "commit") socket.receive({ type: "accepted", epoch: 0 });
      else await take(socket, frame);
    };
    const ann = await come("ann");
    await until(ann.session, isIn(1));
    expect(identitiesOf(ann)).toEqual(["ann"]);
    expect(identitiesOf(host)).toEqual(["host"]);
    expect(codesOf([host, ann]).size).toBe(2);
  });

  test("another room, root key or server key than at first", async () => {
    const strange = { room: "room-2", root: toB64(newKeyPair().publicKey), server_key: toB64(newKeyPair().publicKey) };
    for (const [name, value] of Object.entries(strange)) {
      const identity = `ann-${name}`;
      const player = await come(identity);
      await until(player.session, phase("in"));
      service.lie = (frame, to) => [frame.type === "state" && to === identity ? { ...frame, [name]: value } : frame];
      cut(identity);
      await until(player.session, ({ snapshot }) => snapshot.phase === "ended");
      expect(player.session.snapshot.reason).toBe(name === "root" ? "root" : "ended");
      expect(player.session.keyFor(identity)).toBeUndefined();
    }
  });

  test("a room or a server key that only a newcomer is told of: no group of ours has it", async () => {
    await room("host");
    for (const change of [{ room: "room-2" }, { server_key: toB64(newKeyPair().publicKey) }]) {
      service.lie = (frame, to) => [frame.type === "state" && to === "ann" ? { ...frame, ...change } : frame];
      const ann = await come("ann");
      const passes = new Promise<void>((resolve) => {
        const take = service.take.bind(service);
        service.take = async (socket, frame) => {
          await take(socket, frame);
          if (socket.identity === "ann" && frame.type === "pass") resolve();
        };
      });
      await passes;
      expect(ann.session.snapshot).toMatchObject({ phase: "joining", members: [] });
      ann.session.leave();
    }
  });

  test("a group info of another meeting lets nobody in", async () => {
    const [host] = await room("host");
    const elsewhere = new FakeService(await newMeeting("room-1"));
    const foreign = enter(await configOf(elsewhere.meeting, "host"), elsewhere.open);
    all.push(foreign);
    await until(foreign.session, isIn(1));
    const newcomer = await stays(elsewhere.info);
    await allIn([host, newcomer]);
  });
});

describe("says who is gone", () => {
  test("calling people gone who are here removes them, and they come back", async () => {
    const players = await room("host", "ann", "bob");
    service.leave("bob");
    await until(players[0].session, isIn(2));
    await allIn(players);
    expect(codesOf(players).size).toBe(1);
  });

  /** A commit by `by` that removes the leaf at 0 with a word for `identity`. */
  const expelled = (by: Player, identity: string, signature: Bytes) =>
    laxCommit(groupOf(by), [{ proposalType: "remove", remove: { removed: 0 } }], goneData([{ identity, signature }]));

  test("with another key than the group's: nobody removes anybody", async () => {
    const players = await room("host", "ann", "bob");
    const wrong = newKeyPair();
    let given = 0;
    service.lie = (frame) => {
      if (frame.type !== "turn") return [frame];
      given += 1;
      return [{ ...frame, gone: (frame.gone as Array<{ identity: string }>).map(({ identity }) => ({ identity, signature: toB64(new Uint8Array(64)) })) }];
    };
    service.leave("bob");
    while (given < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const player of players) expect(identitiesOf(player)).toContain("bob");
    const word = await sign(wrong.seed, goneBytes(meeting.facts.room, BigInt(epochOf(groupOf(players[1]))), "host"));
    service.lie = (frame) => [frame];
    service.gone.clear();
    service.inject(toB64(await expelled(players[1], "host", word)));
    await haveForked(players);
  });

  test.each([-1, 1])("in another epoch (%i): a commit with that word stops all", async (off) => {
    const players = await room("host", "ann");
    const { signature } = await goneWord(meeting, epochOf(groupOf(players[1])) + off, "host");
    service.inject(toB64(await expelled(players[1], "host", signature)));
    await haveForked(players);
  });

  test("of somebody else: a commit that removes another stops all", async () => {
    const players = await room("host", "ann", "bob");
    const { signature } = await goneWord(meeting, epochOf(groupOf(players[1])), "bob");
    service.inject(toB64(await expelled(players[1], "bob", signature)));
    await haveForked(players);
  });

  test("and it can do that at any time: a member who is removed by its word comes back by their own right", async () => {
    const players = await room("host", "ann", "bob");
    const words = [await goneWord(meeting, epochOf(groupOf(players[1])), "bob")];
    const own = await removeMembers(groupOf(players[1]), [2], words);
    service.inject(toB64(own.message), toB64(await groupInfo(own.group)));
    await until(players[0].session, isIn(2));
  });
});

test("all ready too early makes nobody's keys known to anybody else", async () => {
  const players = await room("host", "ann");
  service.all({ type: "all_ready", epoch: service.epoch });
  await allIn(players);
  expect(players.map((player) => identitiesOf(player).length)).toEqual([2, 2]);
});
