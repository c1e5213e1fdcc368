/** How soon a lost call is tried again. */

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;

/** Milliseconds until the next try after `failures` failed ones. */
export function retryDelay(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 1.6 ** Math.max(0, failures - 1));
}
