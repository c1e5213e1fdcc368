/**
 * The keys that a meeting hangs on, all derived from the organizer's master key, and the link's fragment that pins them.
 *
 * The root key signs who may come in. The link's key, certified by the root, lets everybody who holds the link sign
 * for themselves. The server keeps only public keys and the certificate.
 */
import { type Bytes, fromB64, hkdf, isSame, pack, sha256, toB64, utf8 } from "./bytes";
import { isSigned, type KeyPair, keyPairOf, sign, SIGNATURE_BYTES } from "./ed25519";

const SECRET_BYTES = 16;
const HASH_BYTES = 16;
const FRAGMENT = /^v1\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/;

export interface MeetingSecrets {
  root: KeyPair;
  linkSecret: Bytes;
  link: KeyPair;
}

/** What a link says beyond the server's reach. */
export interface Fragment {
  rootHash: Bytes;
  linkSecret: Bytes;
}

/** `master` has 32 bytes and belongs to the organizer's account. */
export async function meetingSecrets(master: Bytes, meetingId: string): Promise<MeetingSecrets> {
  const rootSeed = await hkdf(master, pack("conference_app/root/v1", meetingId), 32);
  const linkSecret = await hkdf(master, pack("conference_app/link-secret/v1", meetingId), SECRET_BYTES);
  return { root: keyPairOf(rootSeed), linkSecret, link: await linkKeys(linkSecret) };
}

export async function linkKeys(linkSecret: Bytes): Promise<KeyPair> {
  return keyPairOf(await hkdf(linkSecret, utf8("conference_app/link/v1"), 32));
}

export async function rootHashOf(rootPublic: Bytes): Promise<Bytes> {
  return (await sha256(rootPublic)).slice(0, HASH_BYTES);
}

/** Whether a root key that the server names is the one that the link pins. */
export async function isPinned(rootPublic: Bytes, rootHash: Bytes): Promise<boolean> {
  return isSame(await rootHashOf(rootPublic), rootHash);
}

const certified = (rootPublic: Bytes, linkPublic: Bytes) => pack("conference_app/link-certificate/v1", rootPublic, linkPublic);

/** The root's word that whoever proves the link secret may come in. */
export function certifyLink(root: KeyPair, linkPublic: Bytes): Promise<Bytes> {
  return sign(root.seed, certified(root.publicKey, linkPublic));
}

export async function isLinkCertified(rootPublic: Bytes, linkPublic: Bytes, certificate: Bytes): Promise<boolean> {
  return certificate.length === SIGNATURE_BYTES && isSigned(rootPublic, certified(rootPublic, linkPublic), certificate);
}

/** What stands after "#" in the meeting's link. */
export function fragmentText({ rootHash, linkSecret }: Fragment): string {
  return `v1.${toB64(rootHash)}.${toB64(linkSecret)}`;
}

/** Null unless `text` (without "#") is exactly one, in its only spelling. */
export function parseFragment(text: string): Fragment | null {
  const [, hash, secret] = FRAGMENT.exec(text) ?? [];
  const rootHash = fromB64(hash, HASH_BYTES);
  const linkSecret = fromB64(secret, SECRET_BYTES);
  return rootHash && linkSecret ? { rootHash, linkSecret } : null;
}
