/** What entitles us to come in, and the tickets that we may sign for others. */
import { type Bytes, isSame } from "./bytes";
import type { ServiceState } from "./deliveryWire";
import type { KeyPair } from "./ed25519";
import type { GroupFacts } from "./groupFacts";
import { isLinkCertified, linkKeys } from "./rootKeys";
import { cohostAdmission, type Holder, isTicketValid, linkTicket, rootTicket, type Ticket } from "./tickets";

/** root: we are the organizer. link: we have the link with its secret. ticket: somebody signed or is to sign one for us. */
export type Right = { kind: "root"; root: KeyPair } | { kind: "link"; linkSecret: Bytes } | { kind: "ticket"; ticket: Ticket | null };

/** Who we are to the group. */
export interface Self {
  leaf: KeyPair;
  name: string;
  right: Right;
}

/** Whether `ticket` was signed for us and holds. */
export async function isOurs(facts: GroupFacts, ticket: Ticket, identity: string, { leaf }: Self): Promise<boolean> {
  return ticket.identity === identity && isTicketValid(facts, ticket, leaf.publicKey);
}

async function signedByUs(facts: GroupFacts, { identity, linkCertificate }: ServiceState, { right, name, leaf }: Self): Promise<Ticket | null> {
  const holder = { identity, name, note: "" as const };
  if (right.kind === "root") {
    const isRoot = isSame(right.root.publicKey, facts.rootPublic);
    return isRoot ? rootTicket(facts, right.root, "root", holder, leaf.publicKey) : null;
  }
  if (right.kind === "ticket") return right.ticket;
  const link = await linkKeys(right.linkSecret);
  if (!(await isLinkCertified(facts.rootPublic, link.publicKey, linkCertificate))) return null;
  return linkTicket(facts, link, linkCertificate, holder, leaf.publicKey);
}

/** The best ticket we have: the organizer's own, what a host signed for us, or our own by link. Null when there is none. */
export async function ownTicket(facts: GroupFacts, service: ServiceState, self: Self): Promise<Ticket | null> {
  const { identity, ticket } = service;
  if (self.right.kind !== "root" && ticket && (await isOurs(facts, ticket, identity, self))) return ticket;
  const own = await signedByUs(facts, service, self);
  return own && (await isOurs(facts, own, identity, self)) ? own : null;
}

/** A ticket for somebody else, if we may sign one: the organizer for co-hosts and guests, a co-host for guests. */
export async function signFor(facts: GroupFacts, self: Self, own: Ticket | null, kind: "cohost" | "admitted", holder: Holder, leafKey: Bytes): Promise<Ticket | null> {
  const { right, leaf } = self;
  if (right.kind === "root") return rootTicket(facts, right.root, kind, holder, leafKey);
  if (own?.kind !== "cohost" || kind !== "admitted") return null;
  return cohostAdmission(facts, leaf, own, holder, leafKey);
}
