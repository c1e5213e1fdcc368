/** Those whose connection is gone and who may come back: they keep their place meanwhile. No React, no clock. */
import { DisconnectReason } from "livekit-client";

import { RETURN_MS } from "./retries";

const LEFT_FOR_GOOD = new Set([
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.DUPLICATE_IDENTITY,
  DisconnectReason.PARTICIPANT_REMOVED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
]);

/** Whether somebody who went for `reason`, as the media process says, may be back soon. */
export function mayReturn(reason: DisconnectReason | undefined): boolean {
  return reason === undefined || !LEFT_FOR_GOOD.has(reason);
}

/** People by identity, with what is known of them. `now` in milliseconds. */
export class Away<Person> {
  private since = new Map<string, { person: Person; at: number }>();

  lost(identity: string, person: Person, now: number): void {
    this.since.set(identity, { person, at: now });
  }

  /** They are back, or have left. True if they were away. */
  settle(identity: string): boolean {
    return this.since.delete(identity);
  }

  /** Give everybody the whole time again: nobody could come back while we were away ourselves. */
  wait(now: number): void {
    for (const away of this.since.values()) away.at = now;
  }

  /** Forget those who have stayed away too long. True if there were any. */
  expire(now: number): boolean {
    const before = this.since.size;
    for (const [identity, { at }] of this.since) if (now - at >= RETURN_MS) this.since.delete(identity);
    return this.since.size < before;
  }

  people(): Person[] {
    return [...this.since.values()].map(({ person }) => person);
  }
}
