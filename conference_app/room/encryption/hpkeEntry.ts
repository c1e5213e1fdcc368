/** What a leader signs: who is in, and a commitment to the secret that all of them get. */
import { type Bytes, fromB64, fromUtf8, pack, sha512, toB64, utf8 } from "./bytes";
import { digits } from "./codes";
import { isSigned, type KeyPair, sign, SIGNATURE_BYTES } from "./ed25519";
import type { GroupFacts } from "./groupFacts";
import type { Cards } from "./hpkeCards";

const HASH_BYTES = 32;
/** Of JSON: an identity of 200 characters and some 250 bytes. */
const ENTRY_LIMIT = 2000;

/** What is signed. */
export interface EntryHead {
  /** As the service counts them, from 0. */
  number: number;
  /** Counts the secrets. */
  generation: number;
  /** Identity of whoever signs. */
  leader: string;
  commitment: Bytes;
  list: Bytes;
}

export interface SignedEntry extends EntryHead {
  signature: Bytes;
}

function signedBytes({ groupId }: GroupFacts, { number, generation, leader, commitment, list }: EntryHead): Bytes {
  return pack("conference_app/hpke-entry/v1", groupId, number, generation, leader, commitment, list);
}

export async function entryBytes(facts: GroupFacts, head: EntryHead, leaf: KeyPair): Promise<Bytes> {
  const signature = await sign(leaf.seed, signedBytes(facts, head));
  const { number, generation, leader, commitment, list } = head;
  return utf8(JSON.stringify({ v: 1, number, generation, leader, commitment: toB64(commitment), list: toB64(list), signature: toB64(signature) }));
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Null unless the bytes have all that an entry has, each in its bounds; whether it holds is not looked at. */
export function parseEntry(bytes: Bytes): SignedEntry | null {
  if (bytes.length > ENTRY_LIMIT) return null;
  try {
    const value = JSON.parse(fromUtf8(bytes)) as Record<string, unknown>;
    const { number, generation, leader } = value;
    const [commitment, list, signature] = [fromB64(value.commitment, HASH_BYTES), fromB64(value.list, HASH_BYTES), fromB64(value.signature, SIGNATURE_BYTES)];
    if (value.v !== 1 || !isCount(number) || !isCount(generation) || generation > number || typeof leader !== "string") return null;
    return commitment && list && signature ? { number, generation, leader, commitment, list, signature } : null;
  } catch {
    return null;
  }
}

/** Whether a host or a co-host among `cards` has signed it. */
export async function isLed(facts: GroupFacts, entry: SignedEntry, cards: Cards): Promise<boolean> {
  const card = cards.get(entry.leader);
  if (!card || card.ticket.role === "guest") return false;
  return isSigned(card.leaf, signedBytes(facts, entry), entry.signature);
}

export async function entryCode({ groupId }: GroupFacts, { number, generation, commitment, list }: EntryHead): Promise<string> {
  return digits(await sha512(pack("conference_app/hpke-code/v1", groupId, number, generation, commitment, list)));
}
