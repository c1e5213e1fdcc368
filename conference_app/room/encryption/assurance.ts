/** Whether all that is said in the room is sealed for its members at this moment, and what is wrong if not. No React. */

/** How far the keys are. "away": our server, which carries the members' messages about keys, can't be reached. */
export type KeyState = "none" | "joining" | "ready" | "away" | "forked";

export interface Problem {
  kind:
    /** The members disagree about who is here: somebody interfered. */
    | "forked"
    /** The media server calls us by a name that is not the one in the group. */
    | "other_self"
    /** What we say is not sealed yet. */
    | "not_sealed"
    /** Somebody is connected who is not in the group. */
    | "stranger"
    /** What somebody sends is not marked as sealed; it is not shown. */
    | "unmarked"
    /** What somebody sends can't be opened with their key; it is not shown. */
    | "unreadable"
    /** Messages came that were not sealed; they were dropped. */
    | "plain";
  /** Whom it is about; empty if nobody in particular. */
  identity: string;
}

export interface Facts {
  keys: KeyState;
  /** Our name in the group; empty before we are in. */
  self: string;
  /** What the media server calls us; empty while not connected. */
  calledSelf: string;
  isSealing: boolean;
  /** Identities in the group. */
  members: ReadonlySet<string>;
  /** Identity → when they were first seen connected, in milliseconds. */
  connected: ReadonlyMap<string, number>;
  unmarked: ReadonlySet<string>;
  unreadable: ReadonlySet<string>;
  /** When a message that was not sealed came last; null if none did. */
  plainAt: number | null;
}

/** A member who has just come may be seen before the group's news of them; in milliseconds. */
export const GRACE_MS = 5000;
/** For how long dropped messages are told, in milliseconds. */
export const PLAIN_MS = 30_000;

/** What is wrong at `now`, the worst first; nothing while there is no call. */
export function problems(facts: Facts, now: number): Problem[] {
  const found: Problem[] = [];
  const add = (kind: Problem["kind"], identity = "") => void found.push({ kind, identity });
  if (facts.keys === "forked") add("forked");
  if (facts.self && facts.calledSelf && facts.self !== facts.calledSelf) add("other_self");
  if (!facts.isSealing) add("not_sealed");
  for (const identity of strangers(facts, now)) add("stranger", identity);
  for (const identity of facts.unmarked) add("unmarked", identity);
  for (const identity of facts.unreadable) if (facts.members.has(identity)) add("unreadable", identity);
  if (facts.plainAt !== null && now - facts.plainAt < PLAIN_MS) add("plain");
  return found;
}

function strangers({ connected, members }: Facts, now: number): string[] {
  return [...connected].filter(([identity, since]) => !members.has(identity) && now - since >= GRACE_MS).map(([identity]) => identity);
}

/** Whether the lock may say "end-to-end encrypted". */
export function isAssured(facts: Facts, now: number): boolean {
  return (facts.keys === "ready" || facts.keys === "away") && problems(facts, now).length === 0;
}
