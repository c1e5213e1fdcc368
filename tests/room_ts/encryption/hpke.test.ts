import { afterEach, beforeEach, describe, expect, test } from "bun:test";

import { fromB64, toB64, utf8 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import type { GroupEvent } from "../../../conference_app/room/encryption/groupKeys";
import { cardBytes, listHash, openCard } from "../../../conference_app/room/encryption/hpkeCards";
import { entryBytes, parseEntry } from "../../../conference_app/room/encryption/hpkeEntry";
import { ROTATE_MS } from "../../../conference_app/room/encryption/hpkeLeader";
import { commitmentTo, opened, ownKey, sealed } from "../../../conference_app/room/encryption/hpkeSeal";
import type { After } from "../../../conference_app/room/encryption/serviceLink";
import { TicketBook } from "../../../conference_app/room/encryption/tickets";
import type { FakeService, Frame } from "./fakeService";
import { FakeWebinar } from "./fakeWebinar";
import { linkTicketOf, type Meeting, newMeeting, rootTicketOf } from "./people";
import { allIn, codesOf, configOf, enter, isIn, type Player, soon, until } from "./sessions";
import { ends, phase, Stage } from "./stage";

let meeting: Meeting;
let service: FakeWebinar;
let stage: Stage;
let come: Stage["come"];
let room: Stage["room"];
let cut: Stage["cut"];

beforeEach(async () => {
  stage = await Stage.open((made) => new FakeWebinar(made));
  ({ meeting, come, room, cut } = stage);
  service = stage.service as FakeService as FakeWebinar;
});

afterEach(() => stage.close());

/** What is sealed under the key of `by` in whatever generation they are in. */
async function frameOf({ session }: Player, by: string): Promise<string> {
  const key = session.keyFor(by);
  if (!key) return "none";
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8("test") };
  return toB64(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256)));
}

const generation = ({ session }: Player): number => session.snapshot.epoch;
const members = ({ session }: Player): string[] => session.snapshot.members.map(({ identity }) => identity);
const entryNow = () => parseEntry(fromB64(service.info)!)!;

describe("in a large meeting", () => {
  test("all get the leader's secret and a key for each sender, and have one code", async () => {
    const players = await room("host", "ann", "bob");
    await sameEntry(players);
    expect(codesOf(players).size).toBe(1);
    for (const { identity } of players) expect(new Set(await Promise.all(players.map((one) => frameOf(one, identity)))).size).toBe(1);
    expect(new Set(await Promise.all(players.map(({ identity }) => frameOf(players[0], identity)))).size).toBe(3);
    expect(players[1].session.keyFor("bob")?.extractable).toBe(false);
    expect(players[1].session.snapshot.members.map(({ role }) => role)).toEqual(["guest", "guest", "host"]);
  });

  test("nobody is in before a host or co-host is", async () => {
    const ann = await come("ann");
    await until(ann.session, phase("joining"));
    const host = await come("host");
    await allIn([host, ann]);
  });

  test("who joins comes into the secret that there is; a removal changes it for all who stay", async () => {
    const [host, ann] = await room("host", "ann");
    const before = await frameOf(host, "host");
    const bob = await come("bob");
    await allIn([host, ann, bob]);
    expect(await frameOf(bob, "host")).toBe(before);
    const events: GroupEvent[] = [];
    ann.session.subscribe((event) => events.push(event));
    service.remove("bob");
    await until(ann.session, isIn(2));
    await sameEntry([host, ann]);
    expect(await frameOf(ann, "host")).not.toBe(before);
    expect(events.flatMap((event) => (event.type === "epoch" ? [event.hasRemoved] : []))).toContain(true);
    await until(bob.session, ends("removed"));
    expect(bob.session.keyFor("host")).toBeUndefined();
  });

  test("who is removed can't open what is sealed after it", async () => {
    const [host, ann] = await room("host", "ann");
    const old = generation(ann);
    service.lie = (frame, to) => (to === "ann" ? [] : [frame]);
    host.session.remove("ann");
    await until(host.session, isIn(1));
    expect(generation(host)).toBe(old + 1);
    expect(entryNow().generation).toBe(old + 1);
    const own = await ownKey(meeting.facts, "ann", ann.config.leaf);
    for (const piece of service.sealed.values()) expect(await opened(meeting.facts, entryNow(), fromB64(piece)!, own)).toBeNull();
  });

  test("while people join, the secret changes from time to time, and never after a while with nobody", async () => {
    const sooner: After = (ms, run) => soon(ms >= ROTATE_MS ? ms / 20 : ms, run);
    const host = enter(await configOf(meeting, "host"), service.open, sooner);
    stage.all.push(host);
    await allIn([host]);
    const ann = await come("ann");
    await allIn([host, ann]);
    const first = generation(host);
    await until(ann.session, ({ snapshot }) => snapshot.epoch > first);
    await allIn([host, ann]);
    const second = generation(host);
    // Nobody has joined since: it stays until somebody comes, who is to read nothing older.
    await new Promise((resolve) => soon(ROTATE_MS / 10, () => resolve(undefined)));
    expect(generation(host)).toBe(second);
    const bob = await come("bob");
    await until(bob.session, isIn(3));
    expect(generation(bob)).toBe(second + 1);
  });

  test("when the leader goes, the next one takes the seat with another secret", async () => {
    const cohost = newKeyPair();
    service.tickets.set("cat", await rootTicketOf(meeting, "cohost", "cat", cohost));
    const [host, ann] = await room("host", "ann");
    const cat = await come("cat", { leaf: cohost });
    await allIn([host, ann, cat]);
    const before = generation(ann);
    host.session.leave();
    await until(ann.session, isIn(2));
    expect(generation(ann)).toBeGreaterThan(before);
    expect(entryNow().leader).toBe("cat");
    await come("bob");
    await until(ann.session, isIn(3));
    const back = enter(host.config, service.open);
    stage.all.push(back);
    await until(back.session, isIn(4));
    await until(ann.session, isIn(4));
    expect(entryNow().leader).toBe("host");
  });

  test("a reload, a lost line, a service that was away: all are in again, without the leader's doing", async () => {
    const [host, ann, bob] = await room("host", "ann", "bob");
    const { number } = entryNow();
    cut("bob");
    await allIn([host, ann, bob]);
    for (const socket of [...service.sockets]) if (socket.identity === "ann") socket.close();
    const back = enter(ann.config, service.open);
    stage.all.push(back);
    await allIn([host, back, bob]);
    service.stop();
    await until(bob.session, phase("mending"));
    service.isDown = false;
    await allIn([host, back, bob]);
    expect(entryNow().number).toBe(number);
    expect(codesOf([host, back, bob]).size).toBe(1);
  });

  test.each(["before", "after"] as const)("a leader whose line breaks %s the entry is in the log goes on", async (when) => {
    const [host, ann] = await room("host", "ann");
    service.crashes.set("host", when);
    const bob = await come("bob");
    await allIn([host, ann, bob]);
    await sameEntry([host, ann, bob]);
    expect(codesOf([host, ann, bob]).size).toBe(1);
  });

  test("all may come at once", async () => {
    const players = await Promise.all(["host", "a", "b", "c", "d", "e", "f", "g"].map((identity) => come(identity)));
    await allIn(players);
    await sameEntry(players);
    expect(codesOf(players).size).toBe(1);
  });

  test("a piece has 80 bytes, and what carries them fits", async () => {
    await room("host", "ann");
    expect([...service.sealed.values()].map((piece) => fromB64(piece)!.length)).toEqual([80, 80]);
    expect(service.largest).toBeLessThan(1500);
  });
});

/** All are at the newest entry. */
async function sameEntry(players: ReadonlyArray<Player>): Promise<void> {
  while (codesOf(players).size > 1) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a lying service of a large meeting", () => {
  /** `change` to what the newest entry says, signed by `by`. */
  async function forged(by: Player, change: object): Promise<string> {
    const { signature: _, ...head } = entryNow();
    return toB64(await entryBytes(meeting.facts, { ...head, number: service.epoch + 1, ...change }, by.config.leaf));
  }

  /** It goes to all as the newest entry. */
  async function inject(message: string, came: string[] = [], left: string[] = [], sealedFor: Record<string, string> = {}): Promise<void> {
    service.epoch += 1;
    service.info = message;
    for (const identity of came) service.members.add(identity);
    for (const identity of left) service.members.delete(identity);
    for (const [identity, piece] of Object.entries(sealedFor)) service.sealed.set(identity, piece);
    for (const socket of service.sockets) service.tell(socket, { type: "entry", epoch: service.epoch, message, sealed: sealedFor[socket.identity] ?? "", in: came, out: left });
  }

  test("an entry that a guest has signed, or that is nonsense, is passed over and made good", async () => {
    const [host, ann, bob] = await room("host", "ann", "bob");
    const before = generation(host);
    await inject(await forged(ann, { leader: "ann", generation: before + 1 }));
    await inject(await forged(ann, { generation: before + 1 }));
    await inject("AAAA", ["eve"], ["host", "ann", "bob"], { ann: "AAAA" });
    const cat = await come("cat");
    await allIn([host, ann, bob, cat]);
    await sameEntry([host, ann, bob, cat]);
    expect(codesOf([host, ann, bob, cat]).size).toBe(1);
    expect(service.members).toEqual(new Set(["host", "ann", "bob", "cat"]));
  });

  test("another secret than the leader's opens for nobody", async () => {
    const [host, ann] = await room("host", "ann");
    const next = generation(host) + 1;
    const own = await ownKey(meeting.facts, "ann", ann.config.leaf);
    const bytes = await cardBytes(meeting.facts, await linkTicketOf(meeting, "ann", ann.config.leaf), ann.config.leaf, own.publicKey);
    const card = (await openCard(new TicketBook(meeting.facts), "ann", bytes))!;
    const wrong = await sealed(meeting.facts, next, new Uint8Array(32), card);
    const commitment = await commitmentTo(meeting.facts, next, new Uint8Array(32).fill(1));
    await inject(await forged(host, { generation: next, commitment }), [], [], { ann: toB64(wrong) });
    await until(ann.session, phase("mending"));
    expect(generation(ann)).toBe(next - 1);
  });

  test("somebody without a ticket, or with a ticket for another key or name, is never in", async () => {
    const [host] = await room("host");
    const stranger = newKeyPair();
    const foreign = await linkTicketOf(await newMeeting(), "eve", stranger);
    const own = await ownKey(meeting.facts, "eve", stranger);
    const other = await linkTicketOf(meeting, "eve", newKeyPair());
    for (const ticket of [foreign, other, { ...other, name: "Host" }]) {
      const card = toB64(await cardBytes(meeting.facts, ticket, stranger, own.publicKey));
      service.all({ type: "cards", cards: [["eve", card, true]] });
    }
    const ann = await come("ann");
    await allIn([host, ann]);
    expect(members(ann)).toEqual(["ann", "host"]);
    expect(service.sealed.has("eve")).toBe(false);
  });

  test("a member whom it hides from one: that one stops and says so", async () => {
    const [host, ann] = await room("host", "ann");
    service.lie = (frame, to) => {
      if (to !== "ann") return [frame];
      if (frame.type === "cards") return [{ ...frame, cards: (frame.cards as unknown[][]).filter(([identity]) => identity !== "bob") }];
      return [frame.type === "entry" ? { ...frame, in: [] } : frame];
    };
    const bob = await come("bob");
    await until(host.session, isIn(2 + 1));
    await until(bob.session, isIn(3));
    await until(ann.session, phase("forked"));
    expect(ann.session.keyFor("host")).toBeUndefined();
  });

  test("two halves with a leader each have different codes", async () => {
    const cohost = newKeyPair();
    service.tickets.set("cat", await rootTicketOf(meeting, "cohost", "cat", cohost));
    const [host, ann] = await room("host", "ann");
    const cat = await come("cat", { leaf: cohost });
    const bob = await come("bob");
    await allIn([host, ann, cat, bob]);
    const other = new FakeWebinar(meeting);
    Object.assign(other, { epoch: service.epoch, info: service.info, gone: new Set(["host", "ann"]), tickets: service.tickets });
    for (const [identity, card] of service.cards) other.cards.set(identity, card);
    for (const [identity, piece] of service.sealed) other.sealed.set(identity, piece);
    for (const identity of service.members) other.members.add(identity);
    for (const socket of [...service.sockets]) {
      if (!["cat", "bob"].includes(socket.identity)) continue;
      service.sockets.delete(socket);
      other.sockets.add(socket);
      socket.moveTo(other);
    }
    other.all({ type: "gone", identity: "host" });
    other.all({ type: "gone", identity: "ann" });
    host.session.refresh();
    await Promise.all([cat, bob].map(({ session }) => until(session, isIn(2))));
    expect(codesOf([host, ann, cat, bob]).size).toBeGreaterThan(1);
    expect(await frameOf(bob, "cat")).not.toBe(await frameOf(ann, "cat"));
  });

  test("an older entry under a new number, and a number that goes back", async () => {
    const [host, ann] = await room("host", "ann");
    const old = service.info;
    host.session.refresh();
    await until(ann.session, ({ snapshot }) => snapshot.epoch === 1);
    await inject(old);
    const bob = await come("bob");
    await allIn([host, ann, bob]);
    expect(generation(ann)).toBeGreaterThanOrEqual(1);
    service.lie = (frame) => [frame.type === "state" ? { ...frame, epoch: 0 } : frame];
    cut("ann");
    await until(ann.session, phase("forked"));
  });

  test("a member whom the host has removed and it keeps connected stays out, and comes in again by a new place", async () => {
    const [host, ann] = await room("host", "ann");
    host.session.remove("ann");
    await until(host.session, isIn(1));
    const bob = await come("bob");
    await allIn([host, bob]);
    expect(members(bob)).toEqual(["bob", "host"]);
    expect(ann.session.snapshot.phase).toBe("joining");
    ann.session.leave();
    await allIn([host, bob, await come("ann")]);
  });

  test("a member who is called gone is out, and in again once they are called back", async () => {
    const [host, ann] = await room("host", "ann");
    service.leave("ann");
    await until(host.session, isIn(1));
    service.gone.delete("ann");
    service.all({ type: "back", identity: "ann" } as Frame);
    await allIn([host, ann]);
  });

  test("another driver than at first", async () => {
    const [host] = await room("host");
    service.lie = (frame) => [frame.type === "state" ? { ...frame, driver: "mls" } : frame];
    cut("host");
    await until(host.session, ends("version"));
  });
});

test("a list is the same for all who know the same cards, in whatever order", async () => {
  const facts = meeting.facts;
  const book = new TicketBook(facts);
  const cards = await Promise.all(["b", "a", "ä", "B"].map(async (identity) => {
    const leaf = newKeyPair();
    const bytes = await cardBytes(facts, await linkTicketOf(meeting, identity, leaf), leaf, (await ownKey(facts, identity, leaf)).publicKey);
    return [identity, (await openCard(book, identity, bytes))!] as const;
  }));
  expect(toB64(await listHash(new Map(cards)))).toBe(toB64(await listHash(new Map([...cards].reverse()))));
  expect(toB64(await listHash(new Map(cards.slice(1))))).not.toBe(toB64(await listHash(new Map(cards))));
});

test("a card that was altered is nobody's", async () => {
  const facts = meeting.facts;
  const leaf = newKeyPair();
  const { publicKey } = await ownKey(facts, "ann", leaf);
  const bytes = await cardBytes(facts, await linkTicketOf(meeting, "ann", leaf), leaf, publicKey);
  const card = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const reading = (change: object, identity = "ann") => openCard(new TicketBook(facts), identity, utf8(JSON.stringify({ ...card, ...change })));
  expect(await reading({})).not.toBeNull();
  expect(await reading({}, "bob")).toBeNull();
  for (const change of [{ v: 2 }, { key: toB64(newKeyPair().publicKey) }, { leaf: toB64(newKeyPair().publicKey) }, { key: "AA" }, { signature: 1 }, { ticket: null }]) expect(await reading(change)).toBeNull();
  expect(await openCard(new TicketBook(facts), "ann", new Uint8Array(5001))).toBeNull();
});
