/** A name for this tab that outlives a reload, under which it keeps its leaf. */
const KEY = "parley_leaf";

/** Another one at each load where the browser keeps nothing. */
export function tabName(): string {
  const fresh = crypto.randomUUID();
  try {
    const kept = sessionStorage.getItem(KEY) ?? fresh;
    sessionStorage.setItem(KEY, kept);
    return kept;
  } catch {
    return fresh;
  }
}
