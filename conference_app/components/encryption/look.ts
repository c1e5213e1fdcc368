/** The kit's classes and the page's words, as Python hands them to what is drawn in the browser alone. */
export type Look = Record<
  "primary" | "secondary" | "quiet" | "danger" | "input" | "mono" | "label" | "hint" | "error" | "warn" | "info" | "card" | "dialog",
  string
>;
export type Words = Record<string, string>;
