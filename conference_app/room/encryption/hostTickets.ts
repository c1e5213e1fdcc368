/** Tickets that a host's browser signs: for those who wait to be let in, and for whom the host's rights are handed over to. */
import type { WaitingPerson } from "../pageMessages";
import { type Bytes, fromB64 } from "./bytes";
import { PUBLIC_BYTES } from "./ed25519";
import { isLinkProven } from "./entrance";
import type { Member } from "./groupKeys";
import type { Holder, Ticket } from "./tickets";

/** What of `GroupClient` is used here. */
export interface Signer {
  sign: (kind: "cohost" | "admitted", holder: Holder, leafKey: Bytes) => Promise<Ticket | null>;
}

async function admissionOf(signer: Signer, { identity, name, leaf_key, proof }: WaitingPerson, href: string): Promise<Ticket | null> {
  const leafKey = fromB64(leaf_key, PUBLIC_BYTES);
  if (!leafKey) return null;
  const isProven = await isLinkProven(href, { leafKey: leaf_key, name, proof });
  return signer.sign("admitted", { identity, name, note: isProven ? "" : "introduced" }, leafKey);
}

/** Tickets by identity as JSON, for those of `waiting` whose browser named a key. `href`: the address of the host's page. */
export async function admissions(signer: Signer, waiting: ReadonlyArray<WaitingPerson>, href: string): Promise<string> {
  const signed = await Promise.all(waiting.map(async (one) => [one.identity, await admissionOf(signer, one, href)] as const));
  return JSON.stringify(Object.fromEntries(signed.filter(([, ticket]) => ticket !== null)));
}

/** A co-host's ticket as JSON; "" when we may not sign it: only the organizer may. */
export async function handOverTicket(signer: Signer, member: Member | undefined): Promise<string> {
  const leafKey = member && fromB64(member.key, PUBLIC_BYTES);
  if (!member || !leafKey) return "";
  const { identity, name, note } = member;
  const ticket = await signer.sign("cohost", { identity, name, note }, leafKey);
  return ticket ? JSON.stringify(ticket) : "";
}
