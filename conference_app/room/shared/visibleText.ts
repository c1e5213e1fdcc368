/** What of a text can be seen, and where its lines end, whatever characters people type or paste. */

/**
 * White space, what Unicode says may be ignored in display (zero-width characters, fillers of Hangul, variation
 * selectors), control characters, marks of annotation, and two that are drawn as nothing: the Braille pattern without
 * dots and the musical null note head.
 */
const UNSEEN = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\ufff9-\ufffb\u2800\u{1d159}]/gu;

/** Whether anything of `text` is to be seen. */
export function isVisible(text: string): boolean {
  return text.replace(UNSEEN, "") !== "";
}

/** All that any program takes for the end of a line: those of Unicode, and the separators U+001C to U+001E. */
const LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/gu;

/** `text` with each end of a line replaced by `by`. */
export function withLineEnds(text: string, by: string): string {
  return text.replace(LINE_END, by);
}
