/** Remembers in this tab that it is in a call, so that a page that is loaded anew comes back by itself. No React. */
const KEY = "parley_call";

interface Kept {
  code: string;
  name: string;
}

/** A browser that keeps nothing shows the lobby after a reload. */
function store(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/** This tab is in the call of the meeting `code`, under `name`. */
export function rememberCall(kept: Kept): void {
  try {
    store()?.setItem(KEY, JSON.stringify(kept));
  } catch {
    // As above: a full store is one that keeps nothing.
  }
}

/** The call is over, for this tab. */
export function forgetCall(): void {
  store()?.removeItem(KEY);
}

/** Whether the page was loaded anew, by the person or after a crash: an address that is opened again is no reload. */
function isReload(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "reload";
}

/** The name under which this tab was in the call of the meeting `code` before it was loaded anew; null if it was not. */
export function callBefore(code: string): string | null {
  try {
    const kept = JSON.parse(store()?.getItem(KEY) ?? "null") as Partial<Kept> | null;
    return isReload() && kept?.code === code && typeof kept.name === "string" ? kept.name : null;
  } catch {
    return null;
  }
}
