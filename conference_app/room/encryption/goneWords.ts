/** The server's signed word that somebody has left, good for one epoch: with it any member may remove their leaf. */
import { type Bytes, fromB64, fromUtf8, pack, toB64, utf8 } from "./bytes";
import { isSigned, SIGNATURE_BYTES } from "./ed25519";
import type { GroupFacts } from "./groupFacts";

/** Words in one commit at most; as many as a group has members. */
const WORDS_LIMIT = 150;
/** Bytes of JSON: an identity of 200 characters and a signature, 150 times. */
const DATA_LIMIT = 60_000;

export interface GoneWord {
  identity: string;
  signature: Bytes;
}

export type GoneWords = ReadonlyArray<GoneWord>;

/** What the server signs. */
export function goneBytes(room: string, epoch: bigint, identity: string): Bytes {
  return pack("conference_app/gone/v1", room, String(epoch), identity);
}

/** As a commit carries them; no bytes for no words. */
export function goneData(words: GoneWords): Bytes {
  if (words.length === 0) return new Uint8Array();
  return utf8(JSON.stringify(words.map(({ identity, signature }) => [identity, toB64(signature)])));
}

function toWord(value: unknown): GoneWord | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [identity, text] = value as unknown[];
  const signature = fromB64(text, SIGNATURE_BYTES);
  return typeof identity === "string" && signature ? { identity, signature } : null;
}

/** Null unless the bytes are what `goneData` gives. */
export function parseGoneWords(data: Uint8Array): GoneWords | null {
  if (data.length === 0) return [];
  if (data.length > DATA_LIMIT) return null;
  try {
    const list: unknown = JSON.parse(fromUtf8(data));
    if (!Array.isArray(list) || list.length === 0 || list.length > WORDS_LIMIT) return null;
    const words = list.map(toWord);
    return words.includes(null) ? null : (words as GoneWord[]);
  } catch {
    return null;
  }
}

/** Whom the server calls gone in this very epoch; words that do not hold count for nothing. */
export async function goneIdentities({ room, serverKey }: GroupFacts, epoch: bigint, words: GoneWords): Promise<Set<string>> {
  const gone = new Set<string>();
  for (const { identity, signature } of words) {
    if (await isSigned(serverKey, goneBytes(room, epoch, identity), signature)) gone.add(identity);
  }
  return gone;
}
