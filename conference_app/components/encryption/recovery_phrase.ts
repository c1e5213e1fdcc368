/** Twelve words that open the vault (BIP 39, English): 128 random bits and a checksum that finds a slip of the pen. */
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { type Bytes, copied, randomBytes } from "../../room/encryption/bytes";

export const PHRASE_WORDS = 12;
const ENTROPY_BYTES = 16;

export interface Phrase {
  words: string[];
  entropy: Bytes;
}

export function newPhrase(entropy: Bytes = randomBytes(ENTROPY_BYTES)): Phrase {
  return { words: entropyToMnemonic(entropy, wordlist).split(" "), entropy };
}

/** The words somebody typed, in small letters and without what stands between them or numbers them. */
export function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/** Null unless they are twelve words of the list that belong together. */
export function readPhrase(text: string): Bytes | null {
  const words = wordsIn(text);
  if (words.length !== PHRASE_WORDS) return null;
  try {
    return copied(mnemonicToEntropy(words.join(" "), wordlist));
  } catch {
    return null;
  }
}

/** The places (from 0) of two different words to ask for, in order. */
export function askedPlaces(): [number, number] {
  const [one, other] = crypto.getRandomValues(new Uint8Array(2));
  const first = one % PHRASE_WORDS;
  const second = (first + 1 + (other % (PHRASE_WORDS - 1))) % PHRASE_WORDS;
  return first < second ? [first, second] : [second, first];
}
