/**
 * What the room asks of its keys, whoever makes them: MLS for meetings, HPKE from one leader for large webinars.
 *
 * Which of the two is fixed when the meeting opens.
 */
import type { Kind, Note, Role } from "./tickets";

/** Who somebody is, by their ticket: names and roles come from here and never from the server. */
export interface Member {
  identity: string;
  name: string;
  role: Role;
  kind: Kind;
  note: Note;
  leaf: number;
  /** The leaf's signature key, base64url. */
  key: string;
}

/**
 * connecting: no answer of the service yet. joining: not in the group yet. in: keys are whole. mending: something was
 * lost or could not be read, and we are on our way back; the last keys still stand. forked: the others went where our rules
 * forbid to go; there are no further keys. ended: see `reason`.
 */
export type GroupPhase = "connecting" | "joining" | "in" | "mending" | "forked" | "ended";

/**
 * Why it ended. The first five are the service's word. root: the service names another root key than the link.
 * version: another protocol. ticket: nothing entitles us to come in. identity: somebody with another key has our
 * identity. left: we did. unsupported: this browser lacks what it takes.
 */
export type GroupEnd = "removed" | "ended" | "refused" | "full" | "protocol" | "root" | "version" | "ticket" | "identity" | "left" | "unsupported";

/** The group has ended: with `reason`, or, for "forked", since its members no longer agree. */
export class GroupEnded extends Error {
  constructor(readonly reason: GroupEnd | "forked") {
    super(`the group has ended: ${reason}`);
  }
}

export interface GroupSnapshot {
  phase: GroupPhase;
  reason: GroupEnd | null;
  /** -1 before there is one. */
  epoch: number;
  /** Our own identity, as the service knows us and our ticket says. */
  identity: string;
  members: ReadonlyArray<Member>;
  /** 30 digits, the same for all as long as the meeting is open; empty before we know the service. */
  code: string;
  /** 30 digits that change with each epoch. */
  epochCode: string;
  /** The newest epoch whose keys all members hold, as the service says: what is sent under them is read by all. -1: none. */
  allReady: number;
}

/** A new epoch: from now on these keys. */
export interface EpochEvent {
  type: "epoch";
  epoch: number;
  /** Non-extractable HKDF keys by identity, for all members. */
  keys: ReadonlyMap<string, CryptoKey>;
  /** Somebody was removed: the own key should change at once. */
  hasRemoved: boolean;
}

export type GroupEvent = EpochEvent | { type: "snapshot"; snapshot: GroupSnapshot };

export interface GroupKeys {
  readonly snapshot: GroupSnapshot;
  /** Of the newest epoch; undefined for whoever is not a member. */
  keyFor(identity: string): CryptoKey | undefined;
  subscribe(listener: (event: GroupEvent) => void): () => void;
}

export const NO_GROUP: GroupSnapshot = { phase: "connecting", reason: null, epoch: -1, identity: "", members: [], code: "", epochCode: "", allReady: -1 };
