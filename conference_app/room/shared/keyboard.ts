/** What a pressed key means, whichever layout or input method is in use. */

export interface KeyPress {
  key: string;
  code: string;
  keyCode: number;
  isComposing: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  repeat: boolean;
}

/** What Safari, and older input methods, say in place of `isComposing`. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Whether the key belongs to an input method, as Enter does that takes a word of Chinese or Japanese. */
export function isOfInputMethod({ isComposing, keyCode }: Pick<KeyPress, "isComposing" | "keyCode">): boolean {
  return isComposing || keyCode === TAKEN_BY_INPUT_METHOD;
}

const FOREIGN_LETTER = /^(?!\p{Script=Latin})\p{L}$/u;
const LETTER_KEY = /^Key([A-Z])$/;

/** The key's name in small letters; on a layout of another script, the Latin letter that is printed on the same key. */
export function nameOfKey({ key, code }: Pick<KeyPress, "key" | "code">): string {
  const printed = FOREIGN_LETTER.test(key) ? LETTER_KEY.exec(code)?.[1] : undefined;
  return (printed ?? key).toLowerCase();
}
