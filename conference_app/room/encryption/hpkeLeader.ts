/**
 * What the leader of a large meeting has to do, and whose turn it is to be that leader.
 *
 * Nobody is elected: hosts, then co-hosts, each wait two seconds longer than the one before for work to be done by them.
 */
import { isSame, toB64 } from "./bytes";
import type { Card, Cards } from "./hpkeCards";
import type { EntryHead } from "./hpkeEntry";

/** A secret is used this long while people join, in milliseconds: so far back a newcomer can read. */
export const ROTATE_MS = 60_000;

/** All that is known when it is decided what to do. */
export interface LeaderView {
  self: string;
  /** The newest card of everybody whom the service knows. */
  known: Cards;
  /** Who is in, by the newest entry that holds. */
  list: Cards;
  head: EntryHead | null;
  /** Whether we have the generation's secret. */
  hasSecret: boolean;
  gone: ReadonlySet<string>;
  /** Leaf keys of those whom we have ordered out, base64url: whoever the service lets in again comes with another. */
  ordered: ReadonlySet<string>;
  /** A new secret is asked for. */
  wantsSecret: boolean;
  /** The secret was in use for long enough: nobody else is to come in by it. */
  isOld: boolean;
  /** Somebody has come in since the generation began. */
  hasGrown: boolean;
  /** The newest entry of the service is none that holds: newcomers can't come in by it. */
  isSpoiled: boolean;
}

export interface Plan {
  /** All who are in after it. */
  list: Cards;
  came: ReadonlyArray<Card>;
  isNewSecret: boolean;
  /** By our own order: not to be left to those before us. */
  isOrdered: boolean;
}

function isHere({ gone, ordered, self }: LeaderView, { ticket, leaf }: Card): boolean {
  return ticket.identity === self || (!gone.has(ticket.identity) && !ordered.has(toB64(leaf)));
}

/** Who is in and stays: under the same leaf, also with a newer card. */
function stays(view: LeaderView, card: Card): boolean {
  const newest = view.known.get(card.ticket.identity);
  return isHere(view, card) && newest !== undefined && isSame(newest.leaf, card.leaf);
}

/** Null when there is nothing to do, or we may not do it. */
export function planned(view: LeaderView): Plan | null {
  const { self, known, list: before, head, ordered } = view;
  const role = known.get(self)?.ticket.role;
  if (role !== "host" && role !== "cohost") return null;
  const list = new Map([...known].filter(([, card]) => isHere(view, card)));
  const left = [...before.values()].filter((card) => !stays(view, card));
  const came = [...list].filter(([identity, { id }]) => !isSame(before.get(identity)?.id ?? new Uint8Array(), id)).map(([, card]) => card);
  const isLeaderless = head === null || !list.has(head.leader);
  const isDue = view.wantsSecret || (view.isOld && (view.hasGrown || came.length > 0));
  if (left.length + came.length === 0 && !isLeaderless && !isDue && !view.isSpoiled) return null;
  // What spoiled the newest entry may have spoiled the pieces of all, and whom the service takes for members.
  const isNewSecret = left.length > 0 || isLeaderless || isDue || view.isSpoiled || head.leader !== self || !view.hasSecret;
  return { list, came, isNewSecret, isOrdered: left.some(({ leaf }) => ordered.has(toB64(leaf))) };
}

/** How many who may lead stand before us; -1 when we may not. */
export function leaderRank(view: LeaderView): number {
  const candidates = [...view.known.values()].filter((card) => card.ticket.role !== "guest" && isHere(view, card));
  const place = ({ ticket }: Card): string => `${ticket.role === "host" ? 0 : 1} ${ticket.identity}`;
  candidates.sort((a, b) => (place(a) < place(b) ? -1 : 1));
  return candidates.findIndex(({ ticket }) => ticket.identity === view.self);
}
