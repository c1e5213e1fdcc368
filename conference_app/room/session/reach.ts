/** Why a call does not come about, as far as it was checked. */
import { ConnectionErrorReason } from "livekit-client";

/** `blocked`: the media process answered, but no packet of the call came through. `unreachable`: it did not answer. */
export type Obstacle = "unreachable" | "blocked";

/** What is in the way of a connection that failed with `error`, having reached the media process before or not. */
export function obstacleOf(error: unknown, hasAnswered: boolean): Obstacle {
  const reason = (error as { reason?: unknown } | null)?.reason;
  return hasAnswered && reason === ConnectionErrorReason.InternalError ? "blocked" : "unreachable";
}
