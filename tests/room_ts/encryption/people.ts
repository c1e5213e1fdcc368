/** A meeting's keys and its people, for tests. */
import { type Bytes, randomBytes } from "../../../conference_app/room/encryption/bytes";
import { type KeyPair, newKeyPair, sign } from "../../../conference_app/room/encryption/ed25519";
import { goneBytes, type GoneWord } from "../../../conference_app/room/encryption/goneWords";
import { type GroupFacts, groupFacts } from "../../../conference_app/room/encryption/groupFacts";
import { groupInfo, joinGroup, type MlsGroup, newGroup, type OwnCommit, processCommit, readGroupInfo } from "../../../conference_app/room/encryption/mls";
import { certifyLink, type MeetingSecrets, meetingSecrets } from "../../../conference_app/room/encryption/rootKeys";
import { type Holder, linkTicket, rootTicket, type Ticket } from "../../../conference_app/room/encryption/tickets";

export interface Meeting {
  secrets: MeetingSecrets;
  server: KeyPair;
  facts: GroupFacts;
  certificate: Bytes;
}

export async function newMeeting(room = "room-1"): Promise<Meeting> {
  const secrets = await meetingSecrets(randomBytes(32), "meeting-1");
  const server = newKeyPair();
  const facts = groupFacts(room, secrets.root.publicKey, server.publicKey);
  return { secrets, server, facts, certificate: await certifyLink(secrets.root, secrets.link.publicKey) };
}

export const holder = (identity: string, note: Holder["note"] = ""): Holder => ({ identity, name: `Name of ${identity}`, note });

export function rootTicketOf({ facts, secrets }: Meeting, kind: "root" | "cohost" | "admitted", identity: string, leaf: KeyPair): Promise<Ticket> {
  return rootTicket(facts, secrets.root, kind, holder(identity), leaf.publicKey);
}

export function linkTicketOf({ facts, secrets, certificate }: Meeting, identity: string, leaf: KeyPair): Promise<Ticket> {
  return linkTicket(facts, secrets.link, certificate, holder(identity), leaf.publicKey);
}

export async function goneWord({ facts, server }: Meeting, epoch: number, identity: string): Promise<GoneWord> {
  return { identity, signature: await sign(server.seed, goneBytes(facts.room, BigInt(epoch), identity)) };
}

/** Somebody with a leaf and, once in, a group. */
export interface Person {
  leaf: KeyPair;
  ticket: Ticket;
  group: MlsGroup;
}

export async function hostOf(meeting: Meeting): Promise<Person> {
  const leaf = newKeyPair();
  const ticket = await rootTicketOf(meeting, "root", "host", leaf);
  return { leaf, ticket, group: await newGroup(meeting.facts, leaf, ticket) };
}

/** `commit` by somebody reaches `others`. */
export async function deliver({ message }: Pick<OwnCommit, "message">, others: ReadonlyArray<Person>): Promise<void> {
  for (const other of others) other.group = (await processCommit(other.group, message)) ?? other.group;
}

export async function join(meeting: Meeting, others: ReadonlyArray<Person>, leaf: KeyPair, ticket: Ticket): Promise<Person> {
  const outside = await readGroupInfo(meeting.facts, await groupInfo(others[0].group));
  const own = await joinGroup(outside, leaf, ticket);
  await deliver(own, others);
  return { leaf, ticket, group: own.group };
}

/** A host, a co-host and `guests` guests by link. */
export async function fullRoom(meeting: Meeting, guests: number): Promise<Person[]> {
  const people = [await hostOf(meeting)];
  const cohost = newKeyPair();
  people.push(await join(meeting, people, cohost, await rootTicketOf(meeting, "cohost", "cohost", cohost)));
  for (let index = 0; index < guests; index++) {
    const leaf = newKeyPair();
    people.push(await join(meeting, people, leaf, await linkTicketOf(meeting, `guest-${index}`, leaf)));
  }
  return people;
}
