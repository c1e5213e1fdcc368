/** How soon a lost call is tried again, and how long the others wait for whoever lost it. */

/** Whoever is back within this many milliseconds never left: it was their connection. */
export const RETURN_MS = 15_000;

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;
const FIRST_RECONNECT_MS = 300;
/** Short: everybody is to be back within three seconds of the servers' return. */
const LONGEST_RECONNECT_MS = 2000;
/** For so long the room token is surely good; then the page is asked for another. */
const RECONNECTS_MS = 300_000;

/** Milliseconds until the next try after `failures` failed ones. */
export function retryDelay(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 1.6 ** Math.max(0, failures - 1));
}

/** Milliseconds until livekit-client's next try, up to half of them by chance: a roomful does not come back in one instant. */
export function reconnectDelay({ retryCount, elapsedMs }: { retryCount: number; elapsedMs: number }): number | null {
  if (elapsedMs > RECONNECTS_MS) return null;
  return Math.min(LONGEST_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** Math.min(retryCount, 16)) * (1 - Math.random() / 2);
}
