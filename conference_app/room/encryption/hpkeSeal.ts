/** A large meeting's secret: sealed by HPKE (RFC 9180) to each member, and the keys that are derived from it. */
import { type Bytes, hkdf, isSame, joined, pack, sha256 } from "./bytes";
import type { KeyPair } from "./ed25519";
import type { GroupFacts } from "./groupFacts";
import type { Card } from "./hpkeCards";
import type { EntryHead } from "./hpkeEntry";
import { suite } from "./suite";

export const SECRET_BYTES = 32;
const ENCAPSULATED_BYTES = 32;

/** Fixes a secret without telling it. */
export function commitmentTo({ groupId }: GroupFacts, generation: number, secret: Bytes): Promise<Bytes> {
  return sha256(pack("conference_app/hpke-commitment/v1", groupId, generation, secret));
}

const sealInfo = ({ groupId }: GroupFacts, generation: number, identity: string, leaf: Bytes): Bytes => pack("conference_app/hpke-seal/v1", groupId, generation, identity, leaf);

/** 80 bytes that only the holder of `card` can open. */
export async function sealed(facts: GroupFacts, generation: number, secret: Bytes, { key, leaf, ticket }: Card): Promise<Bytes> {
  const { hpke } = await suite();
  const { ct, enc } = await hpke.seal(await hpke.importPublicKey(key), secret, sealInfo(facts, generation, ticket.identity, leaf));
  return joined(enc, ct);
}

/** The secret that `entry` commits to; null when this is not it. */
export async function opened(facts: GroupFacts, { generation, commitment }: EntryHead, piece: Bytes, own: OwnKey): Promise<Bytes | null> {
  const { hpke } = await suite();
  const info = sealInfo(facts, generation, own.identity, own.leaf);
  try {
    const secret = new Uint8Array(await hpke.open(own.privateKey, piece.subarray(0, ENCAPSULATED_BYTES), piece.subarray(ENCAPSULATED_BYTES), info));
    const isIt = secret.length === SECRET_BYTES && isSame(await commitmentTo(facts, generation, secret), commitment);
    return isIt ? secret : null;
  } catch {
    return null;
  }
}

export interface OwnKey {
  identity: string;
  leaf: Bytes;
  publicKey: Bytes;
  privateKey: Parameters<Awaited<ReturnType<typeof suite>>["hpke"]["open"]>[0];
}

/** The X25519 key that goes with a leaf in this group: the same after a reload, so that what was sealed opens still. */
export async function ownKey({ groupId }: GroupFacts, identity: string, { seed, publicKey: leaf }: KeyPair): Promise<OwnKey> {
  const { hpke } = await suite();
  const { publicKey, privateKey } = await hpke.deriveKeyPair(await hkdf(seed, pack("conference_app/hpke-key/v1", groupId), SECRET_BYTES));
  return { identity, leaf, publicKey: new Uint8Array(await hpke.exportPublicKey(publicKey)), privateKey };
}

/** The key that `identity` encrypts media and data with in this generation. */
export async function generationKey({ groupId }: GroupFacts, generation: number, secret: Bytes, identity: string): Promise<CryptoKey> {
  const bytes = await hkdf(secret, pack("conference_app/media/v1", groupId, generation, identity), SECRET_BYTES);
  return crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits", "deriveKey"]);
}
