/** Holding a named lock among the tabs of a browser, which another tab may take over. No React. */

/** What is used of `navigator.locks`. */
export interface Locks {
  request: (name: string, options: { steal: true }, held: () => Promise<void>) => Promise<unknown>;
}

/**
 * Take the lock `name` from whoever has it and keep it until `held` resolves. True if another tab has stolen it.
 *
 * Only the AbortError of a stolen lock tells so. Any other failure, such as the SecurityError of a browser that blocks
 * cookies, means that tabs cannot be told apart here: then each may stay.
 */
export async function holdPlace(locks: Locks, name: string, held: Promise<void>): Promise<boolean> {
  try {
    await locks.request(name, { steal: true }, () => held);
    return false;
  } catch (error) {
    return error instanceof Error && error.name === "AbortError";
  }
}
