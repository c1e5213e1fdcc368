import { describe, expect, test } from "bun:test";

import { fromB64, toB64, utf8 } from "../../../conference_app/room/encryption/bytes";
import { type KeyPair, newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { groupFacts } from "../../../conference_app/room/encryption/groupFacts";
import { certifyLink } from "../../../conference_app/room/encryption/rootKeys";
import { cohostAdmission, isTicketValid, linkTicket, parseTicket, rootTicket, type Ticket, ticketBytes, TicketBook, toTicket } from "../../../conference_app/room/encryption/tickets";
import { holder, linkTicketOf, newMeeting, rootTicketOf } from "./people";

const meeting = await newMeeting();
const leaf = newKeyPair();
const cohostLeaf = newKeyPair();
const cohost = await rootTicketOf(meeting, "cohost", "co", cohostLeaf);
const admittedByCohost = (signer: KeyPair, own: Ticket) => cohostAdmission(meeting.facts, signer, own, holder("ann", "introduced"), leaf.publicKey);

const all: Record<string, Ticket> = {
  root: await rootTicketOf(meeting, "root", "ann", leaf),
  cohost: await rootTicketOf(meeting, "cohost", "ann", leaf),
  link: await linkTicketOf(meeting, "ann", leaf),
  "admitted by the root": await rootTicketOf(meeting, "admitted", "ann", leaf),
  "admitted by a co-host": await admittedByCohost(cohostLeaf, cohost),
};

const holds = (ticket: unknown, key = leaf.publicKey, facts = meeting.facts) => {
  const parsed = toTicket(ticket);
  return parsed ? isTicketValid(facts, parsed, key) : Promise.resolve(false);
};
const signature = toB64(new Uint8Array(64).fill(1));
const stranger = newKeyPair();

describe.each(Object.entries(all))("a ticket of kind %s", (_kind, ticket) => {
  test("holds for its leaf in its group, and survives its bytes", async () => {
    expect(await holds(ticket)).toBe(true);
    expect(parseTicket(ticketBytes(ticket))).toEqual(ticket);
  });

  test("does not hold for another leaf or another group", async () => {
    expect(await holds(ticket, stranger.publicKey)).toBe(false);
    const { room, rootPublic, serverKey } = meeting.facts;
    expect(await holds(ticket, leaf.publicKey, groupFacts("room-2", rootPublic, serverKey))).toBe(false);
    expect(await holds(ticket, leaf.publicKey, groupFacts(room, stranger.publicKey, serverKey))).toBe(false);
    expect(await holds(ticket, leaf.publicKey, groupFacts(room, rootPublic, stranger.publicKey))).toBe(false);
  });

  test("does not hold once anything in it is altered", async () => {
    const alterations: object[] = [
      { identity: "bob" }, { name: "Bob" }, { note: ticket.note ? "" : "introduced" }, { signature }, { signer: toB64(stranger.publicKey) },
      { v: 2 }, { role: "host" }, { role: "cohost" }, { role: "guest" }, { kind: "root", role: "host" }, { kind: "cohost", role: "cohost" },
      { kind: "link", role: "guest" }, { kind: "admitted", role: "guest" },
      { chain: undefined }, { chain: all.link.chain }, { chain: all["admitted by a co-host"].chain },
    ];
    for (const change of alterations) {
      const altered = { ...ticket, ...change };
      if (JSON.stringify(altered) === JSON.stringify(ticket)) continue;
      expect([change, await holds(altered)]).toEqual([change, false]);
    }
  });
});

test("nobody but the root makes hosts and co-hosts", async () => {
  for (const kind of ["root", "cohost", "admitted"] as const) {
    expect(await holds(await rootTicket(meeting.facts, stranger, kind, holder("ann"), leaf.publicKey))).toBe(false);
    expect(await holds(await rootTicket(meeting.facts, meeting.secrets.link, kind, holder("ann"), leaf.publicKey))).toBe(false);
    expect(await holds(await rootTicket(meeting.facts, cohostLeaf, kind, holder("ann"), leaf.publicKey))).toBe(false);
  }
});

test("a link that the root has not certified lets nobody in", async () => {
  const own = await certifyLink(stranger, stranger.publicKey);
  expect(await holds(await linkTicket(meeting.facts, stranger, own, holder("ann"), leaf.publicKey))).toBe(false);
  expect(await holds(await linkTicket(meeting.facts, stranger, meeting.certificate, holder("ann"), leaf.publicKey))).toBe(false);
});

test("only a co-host of this meeting lets others in, and only with a key of their own", async () => {
  const notCohost = await linkTicketOf(meeting, "co", cohostLeaf);
  expect(await holds(await admittedByCohost(cohostLeaf, notCohost))).toBe(false);
  expect(await holds(await admittedByCohost(stranger, cohost))).toBe(false);
  const forged = await rootTicket(meeting.facts, stranger, "cohost", holder("co"), cohostLeaf.publicKey);
  expect(await holds(await admittedByCohost(cohostLeaf, forged))).toBe(false);
  const other = await newMeeting("room-2");
  expect(await holds(await admittedByCohost(cohostLeaf, await rootTicketOf(other, "cohost", "co", cohostLeaf)))).toBe(false);
});

test("what is out of bounds is no ticket", () => {
  const { root } = all;
  const wrong: unknown[] = [
    null, [], "x", {}, { ...root, name: "" }, { ...root, name: "x".repeat(61) }, { ...root, name: 7 }, { ...root, name: "a\u0000" }, { ...root, name: "a\ud800" },
    { ...root, identity: "" }, { ...root, identity: "x".repeat(201) }, { ...root, note: "other" }, { ...root, kind: "toString" }, { ...root, signer: "AAAA" },
    { ...root, signature: `${root.signature}=` }, { ...root, chain: null }, { ...root, chain: {} }, { ...root, chain: { cohost: {} } }, { ...root, chain: { certificate: "AA" } },
  ];
  for (const value of wrong) expect(toTicket(value)).toBeNull();
  expect(toTicket({ ...root, name: "🎉".repeat(60) })).not.toBeNull();
});

test("a ticket's bytes have one spelling", () => {
  const text = JSON.stringify(all.root);
  const { v, identity, ...rest } = all.root;
  const wrong = [`${text} `, text.replace(":1,", ": 1,"), text.replace("{", '{"v":1,'), JSON.stringify({ ...all.root, more: 1 }), JSON.stringify({ identity, v, ...rest }), text.slice(1), " ".repeat(5000)];
  for (const bytes of wrong) expect(parseTicket(utf8(bytes))).toBeNull();
  expect(parseTicket(new Uint8Array([0xff, 0xfe]))).toBeNull();
});

test("a book remembers verdicts, each for its leaf", async () => {
  const book = new TicketBook(meeting.facts);
  const bytes = ticketBytes(all.link);
  for (let time = 0; time < 2; time++) {
    expect((await book.valid(bytes, leaf.publicKey))?.identity).toBe("ann");
    expect(await book.valid(bytes, stranger.publicKey)).toBeNull();
  }
  expect(fromB64(all.link.signature, 64)).not.toBeNull();
});
