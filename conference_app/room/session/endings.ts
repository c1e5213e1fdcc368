/** How a call ends for good; whatever is not named here is only a lost connection. */
import { DisconnectReason } from "livekit-client";

export type EndReason = "left" | "removed" | "ended" | "elsewhere" | "full" | "refused" | "unsupported";

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
