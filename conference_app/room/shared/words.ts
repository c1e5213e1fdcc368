/** The texts of the room in the page's language. The page hands them over as one prop; `texts.py` holds them. */
import { createContext, useContext, useMemo } from "react";

import type { PluralKey, TextKey } from "./textKeys";

export type { TextKey };

export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>>;
export type Texts = Record<TextKey, string> & Record<PluralKey, PluralForms>;
type Values = Record<string, string | number>;

/** `text` with its `{placeholders}` filled; an unknown one stays as it is. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The form of `forms` that fits `count` in `language`. */
export function pluralForm(forms: PluralForms, count: number, language: string): string {
  const rule = new Intl.PluralRules(language).select(count);
  return forms[rule] ?? forms.other ?? forms.many ?? "";
}

export interface Words {
  language: string;
  brand: string;
  t: (key: TextKey, values?: Values) => string;
  n: (key: PluralKey, count: number, values?: Values) => string;
}

/** The look-up functions over `texts`. */
export function makeWords(texts: Texts, language: string, brand: string): Words {
  return {
    language,
    brand,
    t: (key, values) => fill(texts[key] ?? key, { brand, ...values }),
    n: (key, count, values) => fill(pluralForm(texts[key] ?? {}, count, language), { brand, count, ...values }),
  };
}

const WordsContext = createContext<Words>(makeWords({} as Texts, "en", ""));
export const WordsProvider = WordsContext.Provider;

export function useWords(): Words {
  return useContext(WordsContext);
}

/** The same look-up functions for as long as the language stays. */
export function useMakeWords(texts: Texts, language: string, brand: string): Words {
  // The texts are baked into the page with its language, so the language alone tells when they change.
  return useMemo(() => makeWords(texts, language, brand), [language, brand]);
}

/** The page about what no protection covers, in the page's language. */
export function limitsPath(language: string): string {
  return language === "en" ? "/privacy/limits" : `/${language}/privacy/limits`;
}
