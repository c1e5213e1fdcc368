/** How soon a lost call is tried again, and how long the others wait for whoever lost it. */

/** Whoever is back within this many milliseconds never left: it was their connection. */
export const RETURN_MS = 15_000;

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;

/** Milliseconds until the next try after `failures` failed ones. */
export function retryDelay(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 1.6 ** Math.max(0, failures - 1));
}
