/** How a call ends for good; whatever is not named here is only a lost connection. */
import { DisconnectReason } from "livekit-client";

import type { GroupEnded } from "../encryption/groupKeys";

export type EndReason =
  | "left"
  | "removed"
  | "ended"
  | "elsewhere"
  | "full"
  | "refused"
  | "unsupported"
  /** The members do not agree any more on who is in the group: somebody has interfered. */
  | "forked"
  /** The server names another meeting key than the link. */
  | "other_root"
  /** The link was cut short or altered: it entitles to nothing. */
  | "no_ticket"
  /** This page speaks another version of the encryption than the others. */
  | "outdated";

/** Refusals that end a call which was lost; all others are worth another try. */
export const FINAL_REFUSALS: Readonly<Record<string, EndReason>> = {
  removed: "removed",
  refused: "refused",
  meeting_ended: "ended",
  not_found: "ended",
  room_full: "full",
};

/** Why livekit-client ended a call; for any other reason it gave up, and we do not. */
export const DISCONNECT_ENDS: Partial<Record<DisconnectReason, EndReason>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: "elsewhere",
  [DisconnectReason.PARTICIPANT_REMOVED]: "removed",
  [DisconnectReason.ROOM_DELETED]: "ended",
  [DisconnectReason.ROOM_CLOSED]: "ended",
};

/**
 * Why the encryption ended a call. For any other reason another try may help: the service refuses a token that is too
 * old, and somebody who holds our place may be gone soon.
 */
export const GROUP_ENDS: Partial<Record<GroupEnded["reason"], EndReason>> = {
  removed: "removed",
  ended: "ended",
  full: "full",
  root: "other_root",
  version: "outdated",
  ticket: "no_ticket",
  unsupported: "unsupported",
  forked: "forked",
};
