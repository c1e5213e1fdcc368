/** What entitles this browser to come in: the organizer's vault, the link's end, or a ticket that a host's browser signs. */
import { type Bytes, fromB64, pack, toB64 } from "./bytes";
import { isSigned, keyPairOf, PUBLIC_BYTES, sign, SIGNATURE_BYTES } from "./ed25519";
import { serviceUrl } from "./groupClient";
import { type Fragment, linkKeys, parseFragment, rootHashOf } from "./rootKeys";
import type { Entrance } from "./workerMessages";

/** The organizer's vault, as far as it is needed here: null while it is locked. */
export interface RootKeys {
  rootSeed: (meetingId: string) => Promise<Bytes | null>;
}

/** What comes with a place in the room. */
export interface Place {
  token: string;
  name: string;
  /** The meeting's number, for its organizer alone; "" for all others. */
  meetingId: string;
}

/** The end of the address that was opened; null if it has none that could be one. */
export function fragmentOf(href: string): Fragment | null {
  return parseFragment(new URL(href).hash.slice(1));
}

/** Whether the address has an end that is none of a meeting's: it was cut short or altered on its way. */
export function isLinkBroken(href: string): boolean {
  return new URL(href).hash.length > 1 && fragmentOf(href) === null;
}

async function asOrganizer(seed: Bytes): Promise<Pick<Entrance, "rootHash" | "right">> {
  return { rootHash: await rootHashOf(keyPairOf(seed).publicKey), right: { kind: "root", seed } };
}

function asGuest(fragment: Fragment | null): Pick<Entrance, "rootHash" | "right"> {
  if (!fragment) return { rootHash: null, right: { kind: "ticket", ticket: null } };
  return { rootHash: fragment.rootHash, right: { kind: "link", linkSecret: fragment.linkSecret } };
}

export async function entranceOf({ token, name, meetingId }: Place, href: string, vault: RootKeys): Promise<Entrance> {
  const seed = meetingId ? await vault.rootSeed(meetingId) : null;
  const means = seed ? await asOrganizer(seed) : asGuest(fragmentOf(href));
  return { url: serviceUrl(href), token, name, ...means };
}

const asked = (leafKey: Bytes, name: string) => pack("conference_app/ask/v1", leafKey, name);

/** Shows a host that whoever asks to be let in has the whole link, base64url; "" without it. */
export async function linkProof(href: string, leafKey: Bytes, name: string): Promise<string> {
  const fragment = fragmentOf(href);
  if (!fragment) return "";
  const { seed } = await linkKeys(fragment.linkSecret);
  return toB64(await sign(seed, asked(leafKey, name)));
}

/** Whether who asks has shown that they have the whole link; only a browser that has it too can tell. */
export async function isLinkProven(href: string, asker: { leafKey: string; name: string; proof: string }): Promise<boolean> {
  const fragment = fragmentOf(href);
  const [leafKey, proof] = [fromB64(asker.leafKey, PUBLIC_BYTES), fromB64(asker.proof, SIGNATURE_BYTES)];
  if (!fragment || !leafKey || !proof) return false;
  return isSigned((await linkKeys(fragment.linkSecret)).publicKey, asked(leafKey, asker.name), proof);
}
