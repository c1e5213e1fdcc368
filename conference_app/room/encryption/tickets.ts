/**
 * Who may be in the group, by signature: a ticket binds a leaf's key to an identity, a name and a role in one group.
 *
 * Four kinds. root: the organizer. cohost: signed by the root. link: signed with the link's secret, which the root has
 * certified. admitted: signed by the root or by a co-host, whose own ticket comes along. Every member checks each.
 */
import { type Bytes, fromB64, fromUtf8, isSame, pack, toB64, utf8 } from "./bytes";
import { isSigned, type KeyPair, PUBLIC_BYTES, sign, SIGNATURE_BYTES } from "./ed25519";
import type { GroupFacts } from "./groupFacts";
import { isLinkCertified } from "./rootKeys";

/** A ticket's JSON, in UTF-8 bytes. */
const TICKET_LIMIT = 4096;
const IDENTITY_LIMIT = 200;
const NAME_LIMIT = 60;
/** Control characters and halves of surrogate pairs: nobody sees them, and encoders disagree on the latter. */
const UNSEEN = /[\p{Cc}\uD800-\uDFFF]/u;

export type Role = "host" | "cohost" | "guest";
export type Kind = "root" | "cohost" | "link" | "admitted";
/** "introduced": their link came in a mail of this server, so the server could have known all of it. */
export type Note = "" | "introduced";

/** Whom a ticket is for. */
export interface Holder {
  identity: string;
  name: string;
  note: Note;
}

/** A co-host's own ticket, as those carry it whom they let in. */
interface CohostChain extends Holder {
  leaf: string;
  signature: string;
}

export interface Ticket extends Holder {
  v: 1;
  role: Role;
  kind: Kind;
  signer: string;
  signature: string;
  chain?: { certificate: string } | { cohost: CohostChain };
}

const ROLES: Record<Kind, Role> = { root: "host", cohost: "cohost", link: "guest", admitted: "guest" };

type Signed = Holder & { kind: Kind };

function signedBytes(groupId: Bytes, { identity, name, kind, note }: Signed, leafKey: Bytes): Bytes {
  return pack("conference_app/ticket/v1", groupId, identity, name, ROLES[kind], kind, note, leafKey);
}

async function make(facts: GroupFacts, signed: Signed, leafKey: Bytes, signer: KeyPair, chain?: Ticket["chain"]): Promise<Ticket> {
  const signature = await sign(signer.seed, signedBytes(facts.groupId, signed, leafKey));
  const { identity, name, kind, note } = signed;
  const head = { v: 1 as const, identity, name, role: ROLES[kind], kind, note };
  return { ...head, signer: toB64(signer.publicKey), signature: toB64(signature), ...(chain && { chain }) };
}

/** The organizer's own, or, with kind "cohost" and "admitted", what the organizer's browser signs for others. */
export function rootTicket(facts: GroupFacts, root: KeyPair, kind: "root" | "cohost" | "admitted", holder: Holder, leafKey: Bytes): Promise<Ticket> {
  return make(facts, { ...holder, kind }, leafKey, root);
}

/** What whoever holds the link signs for themselves. `certificate` is the root's word for the link's key. */
export function linkTicket(facts: GroupFacts, link: KeyPair, certificate: Bytes, holder: Holder, leafKey: Bytes): Promise<Ticket> {
  return make(facts, { ...holder, note: "", kind: "link" }, leafKey, link, { certificate: toB64(certificate) });
}

/** What a co-host signs for a guest; `leaf` is the key of the co-host's own ticket `own`. */
export function cohostAdmission(facts: GroupFacts, leaf: KeyPair, own: Ticket, holder: Holder, leafKey: Bytes): Promise<Ticket> {
  const { identity, name, note, signature } = own;
  const cohost = { identity, name, note, leaf: toB64(leaf.publicKey), signature };
  return make(facts, { ...holder, kind: "admitted" }, leafKey, leaf, { cohost });
}

export function ticketBytes(ticket: Ticket): Bytes {
  return utf8(JSON.stringify(ticket));
}

const isText = (value: unknown, limit: number): value is string =>
  typeof value === "string" && value !== "" && [...value].length <= limit && !UNSEEN.test(value);

function holderOf(value: Record<string, unknown>): Holder | null {
  const { identity, name, note } = value;
  if (!isText(identity, IDENTITY_LIMIT) || !isText(name, NAME_LIMIT)) return null;
  return note === "" || note === "introduced" ? { identity, name, note } : null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Undefined when there is none, null when it is none that we know. */
function chainOf(value: unknown): Ticket["chain"] | null {
  if (value === undefined) return undefined;
  if (!isObject(value)) return null;
  const { certificate, cohost } = value;
  if (fromB64(certificate, SIGNATURE_BYTES)) return { certificate: certificate as string };
  if (!isObject(cohost)) return null;
  const holder = holderOf(cohost);
  const { leaf, signature } = cohost;
  if (!holder || !fromB64(leaf, PUBLIC_BYTES) || !fromB64(signature, SIGNATURE_BYTES)) return null;
  return { cohost: { ...holder, leaf: leaf as string, signature: signature as string } };
}

/** Null unless `value` has all that a ticket has, each in its bounds. It is not checked whether the signatures hold. */
export function toTicket(value: unknown): Ticket | null {
  if (!isObject(value)) return null;
  const { role, kind, signer, signature } = value;
  const holder = holderOf(value);
  const chain = chainOf(value.chain);
  const isKnown = value.v === 1 && typeof kind === "string" && Object.hasOwn(ROLES, kind) && ROLES[kind as Kind] === role;
  if (!holder || chain === null || !isKnown) return null;
  if (!fromB64(signer, PUBLIC_BYTES) || !fromB64(signature, SIGNATURE_BYTES)) return null;
  const { identity, name, note } = holder;
  const head = { v: 1 as const, identity, name, role: role as Role, kind: kind as Kind, note };
  return { ...head, signer: signer as string, signature: signature as string, ...(chain && { chain }) };
}

/** Null unless the bytes are a ticket in the one spelling that `ticketBytes` gives: no twin of a key, no unknown one. */
export function parseTicket(bytes: Uint8Array): Ticket | null {
  if (bytes.length > TICKET_LIMIT) return null;
  try {
    const text = fromUtf8(bytes);
    const ticket = toTicket(JSON.parse(text));
    return ticket && JSON.stringify(ticket) === text ? ticket : null;
  } catch {
    return null;
  }
}

async function isSignerTrusted(facts: GroupFacts, { kind, signer, note, chain }: Ticket): Promise<boolean> {
  const key = fromB64(signer, PUBLIC_BYTES) as Bytes;
  if (chain === undefined) return kind !== "link" && isSame(key, facts.rootPublic);
  if ("certificate" in chain) {
    return kind === "link" && note === "" && isLinkCertified(facts.rootPublic, key, fromB64(chain.certificate) as Bytes);
  }
  const { leaf, signature } = chain.cohost;
  const word = signedBytes(facts.groupId, { ...chain.cohost, kind: "cohost" }, key);
  return kind === "admitted" && leaf === signer && isSigned(facts.rootPublic, word, fromB64(signature) as Bytes);
}

/** Whether the meeting's root stands behind this ticket, in this group, for the holder of `leafKey`. */
export async function isTicketValid(facts: GroupFacts, ticket: Ticket, leafKey: Uint8Array): Promise<boolean> {
  if (!(await isSignerTrusted(facts, ticket))) return false;
  const signed = signedBytes(facts.groupId, ticket, leafKey as Bytes);
  return isSigned(fromB64(ticket.signer) as Bytes, signed, fromB64(ticket.signature) as Bytes);
}

/** Checks tickets of one group and remembers which held: a join looks at every leaf, and most were looked at before. */
export class TicketBook {
  private readonly known = new Map<string, Promise<Ticket | null>>();

  constructor(readonly facts: GroupFacts) {}

  /** The ticket in a leaf's credential; null unless it holds for that leaf. */
  valid(bytes: Uint8Array, leafKey: Uint8Array): Promise<Ticket | null> {
    const key = `${toB64(leafKey)} ${toB64(bytes.subarray(0, TICKET_LIMIT + 1))}`;
    const before = this.known.get(key);
    if (before) return before;
    const verdict = this.check(bytes, leafKey);
    if (this.known.size >= 1000) this.known.clear();
    this.known.set(key, verdict);
    return verdict;
  }

  private async check(bytes: Uint8Array, leafKey: Uint8Array): Promise<Ticket | null> {
    const ticket = parseTicket(bytes);
    return ticket && (await isTicketValid(this.facts, ticket, leafKey)) ? ticket : null;
  }
}
