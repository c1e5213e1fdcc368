/** What the page and the worker that holds the group say to each other. */
import type { Bytes } from "./bytes";
import type { GroupEvent } from "./groupKeys";
import type { Right } from "./ownTicket";
import type { SignedWord } from "./signedWords";
import type { Holder, Ticket } from "./tickets";

/** As the page knows it: a root key by its seed. */
export type GivenRight = Exclude<Right, { kind: "root" }> | { kind: "root"; seed: Bytes };

/** All that coming in needs. */
export interface Entrance {
  /** The delivery service: a ws: or wss: address without secrets. */
  url: string;
  /** LiveKit's room token. */
  token: string;
  name: string;
  /** What the link pins; null for those who came without its fragment. */
  rootHash: Bytes | null;
  right: GivenRight;
}

export type ToWorker =
  /** First of all: use the leaf of this tab's place, or a new one. */
  | { type: "prepare"; place: string }
  | ({ type: "enter" } & Entrance)
  | { type: "renew"; token: string }
  /** The keys of this epoch are where frames are opened. */
  | { type: "ready"; epoch: number }
  /** A host's order; who may not give it gives it in vain. */
  | { type: "remove"; identity: string }
  | { type: "refresh" | "wake" | "leave" }
  /** Sign what we say to others, or check what `identity` has said. */
  | { type: "say"; id: number; text: string }
  | { type: "check"; id: number; identity: string; word: SignedWord }
  | { type: "sign"; id: number; kind: "cohost" | "admitted"; holder: Holder; leafKey: Bytes };

export type FromWorker =
  /** The public key of the leaf, for whoever is to sign a ticket for it. */
  | { type: "leaf"; publicKey: Bytes }
  | { type: "event"; event: GroupEvent }
  | { type: "signed"; id: number; ticket: Ticket | null }
  | { type: "said"; id: number; word: SignedWord | null }
  | { type: "checked"; id: number; isTrue: boolean }
  /** This browser lacks what the encryption needs. */
  | { type: "failed" };
