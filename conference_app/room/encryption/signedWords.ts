/**
 * What one member says to others under their own signature: orders of a host, which must come from nobody else.
 *
 * The sender's key alone shows only that some member spoke, as every member can derive everybody's: the leaf's signature
 * shows which one. A word holds in one group and for a few epochs.
 */
import { type Bytes, fromB64, pack, toB64 } from "./bytes";
import { isSigned, type KeyPair, PUBLIC_BYTES, sign, SIGNATURE_BYTES } from "./ed25519";

/** Epochs for which a word holds: members know of a new one at different moments. */
const EPOCHS = 3;

export interface SignedWord {
  epoch: number;
  text: string;
  /** Base64url. */
  signature: string;
}

/** Where a word is said. */
export interface WordPlace {
  groupId: Bytes;
  epoch: number;
}

const said = (groupId: Bytes, epoch: number, identity: string, text: string) => pack("conference_app/word/v1", groupId, epoch, identity, text);

export async function signWord({ groupId, epoch }: WordPlace, leaf: KeyPair, identity: string, text: string): Promise<SignedWord> {
  return { epoch, text, signature: toB64(await sign(leaf.seed, said(groupId, epoch, identity, text))) };
}

/** Whether the member `identity`, whose leaf has `key` (base64url), said `word` here and lately. */
export async function isWordOf({ groupId, epoch }: WordPlace, identity: string, key: string, word: SignedWord): Promise<boolean> {
  const [leafKey, signature] = [fromB64(key, PUBLIC_BYTES), fromB64(word.signature, SIGNATURE_BYTES)];
  if (!leafKey || !signature || Math.abs(epoch - word.epoch) >= EPOCHS) return false;
  return isSigned(leafKey, said(groupId, word.epoch, identity, word.text), signature);
}

/** Null unless `value` has all that a word has. */
export function toSignedWord(value: unknown): SignedWord | null {
  const { epoch, text, signature } = (value ?? {}) as Record<string, unknown>;
  const isWord = Number.isSafeInteger(epoch) && typeof text === "string" && typeof signature === "string";
  return isWord ? { epoch: epoch as number, text, signature } : null;
}
