/** What a member of a large meeting shows: ticket, leaf key, and the X25519 key that the meeting's secret is sealed to. */
import { type Bytes, fromB64, fromUtf8, pack, sha256, toB64, utf8 } from "./bytes";
import { isSigned, type KeyPair, PUBLIC_BYTES, sign, SIGNATURE_BYTES } from "./ed25519";
import type { GroupFacts } from "./groupFacts";
import type { Member } from "./groupKeys";
import { type Ticket, type TicketBook, ticketBytes, toTicket } from "./tickets";

const CARD_LIMIT = 5000;
const HPKE_KEY_BYTES = 32;

export interface Card {
  ticket: Ticket;
  leaf: Bytes;
  /** X25519, raw. */
  key: Bytes;
  /** All that it says, without the signatures, which may differ each time. */
  id: Bytes;
}

/** Who somebody is, by identity. */
export type Cards = ReadonlyMap<string, Card>;

const signedBytes = ({ groupId }: GroupFacts, identity: string, leaf: Bytes, key: Bytes): Bytes => pack("conference_app/card/v1", groupId, identity, leaf, key);

/** One's own card, in bytes. */
export async function cardBytes(facts: GroupFacts, ticket: Ticket, leaf: KeyPair, key: Bytes): Promise<Bytes> {
  const signature = await sign(leaf.seed, signedBytes(facts, ticket.identity, leaf.publicKey, key));
  return utf8(JSON.stringify({ v: 1, ticket, leaf: toB64(leaf.publicKey), key: toB64(key), signature: toB64(signature) }));
}

function cardId({ identity, name, role, kind, note }: Ticket, leaf: Bytes, key: Bytes): Promise<Bytes> {
  return sha256(pack("conference_app/card-id/v1", identity, name, role, kind, note, leaf, key));
}

function parsed(bytes: Bytes): Record<string, unknown> | null {
  if (bytes.length > CARD_LIMIT) return null;
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes));
    return typeof value === "object" && value !== null && (value as { v: unknown }).v === 1 ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The card of `identity`; null unless ticket and signature hold. */
export async function openCard(book: TicketBook, identity: string, bytes: Bytes): Promise<Card | null> {
  const value = parsed(bytes);
  const ticket = value && toTicket(value.ticket);
  const [leaf, key, signature] = [fromB64(value?.leaf, PUBLIC_BYTES), fromB64(value?.key, HPKE_KEY_BYTES), fromB64(value?.signature, SIGNATURE_BYTES)];
  if (!ticket || ticket.identity !== identity || !leaf || !key || !signature) return null;
  if (!(await isSigned(leaf, signedBytes(book.facts, identity, leaf, key), signature))) return null;
  return (await book.valid(ticketBytes(ticket), leaf)) ? { ticket, leaf, key, id: await cardId(ticket, leaf, key) } : null;
}

const sorted = (cards: Cards): Card[] => [...cards.values()].sort((a, b) => (a.ticket.identity < b.ticket.identity ? -1 : 1));

/** What a leader signs of who is in. */
export function listHash(cards: Cards): Promise<Bytes> {
  return sha256(pack("conference_app/hpke-list/v1", ...sorted(cards).flatMap(({ ticket, id }) => [ticket.identity, id])));
}

/** By identity; `leaf` counts them. */
export function membersOf(cards: Cards): Member[] {
  return sorted(cards).map(({ ticket, leaf }, index) => {
    const { identity, name, role, kind, note } = ticket;
    return { identity, name, role, kind, note, leaf: index, key: toB64(leaf) };
  });
}
