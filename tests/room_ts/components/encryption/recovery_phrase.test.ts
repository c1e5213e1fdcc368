import { expect, test } from "bun:test";

import { askedPlaces, newPhrase, PHRASE_WORDS, readPhrase, wordsIn } from "../../../../conference_app/components/encryption/recovery_phrase";

const ZERO = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

test("the words are those of BIP 39", () => {
  expect(newPhrase(new Uint8Array(16)).words.join(" ")).toBe(ZERO);
  expect(readPhrase(ZERO)).toEqual(new Uint8Array(16));
});

test("a phrase says 16 bytes, which come back however it is typed", () => {
  const { words, entropy } = newPhrase();
  expect(words).toHaveLength(PHRASE_WORDS);
  const numbered = words.map((word, at) => `${at + 1}. ${word.toUpperCase()}`).join("\n");
  expect(readPhrase(numbered)).toEqual(entropy);
});

test("a slip, a word too few and a wrong order are found", () => {
  expect(readPhrase(ZERO.replace("about", "above"))).toBeNull();
  expect(readPhrase(ZERO.replace("about", "abaut"))).toBeNull();
  expect(readPhrase(ZERO.replace("abandon ", ""))).toBeNull();
  expect(readPhrase("")).toBeNull();
});

test("two different places are asked for, in order", () => {
  for (let time = 0; time < 500; time++) {
    const [first, second] = askedPlaces();
    expect(first).toBeLessThan(second);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(second).toBeLessThan(PHRASE_WORDS);
  }
});

test("words are found among signs", () => {
  expect(wordsIn(" 1) One,\t2) TWO ")).toEqual(["one", "two"]);
});
