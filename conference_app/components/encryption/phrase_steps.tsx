// Twelve words to write down: shown, then two of them asked for, then they open the vault.

import * as React from "react";
import { useState } from "react";

import { copyText } from "../kit/copy_text";
import type { Look, Words } from "./look";
import { pageVault } from "./page_vault";
import { askedPlaces, newPhrase, wordsIn } from "./recovery_phrase";

type Props = { words: Words; look: Look; onDone: () => void; onCancel: () => void };

/** Prints the twelve words alone (base.css). */
function printPhrase() {
  document.documentElement.dataset.print = "phrase";
  window.print();
  delete document.documentElement.dataset.print;
}

function Shown({ phrase, words, look, onNext, onCancel }: { phrase: string[]; words: Words; look: Look; onNext: () => void; onCancel: () => void }) {
  const [result, setResult] = useState("");
  const copy = async () => setResult((await copyText(phrase.join(" "))) ? words.copied : words.not_copied);
  return (
    <div className="grid grid-cols-1 gap-4">
      <p className="text-sm leading-6">{words.phrase_write}</p>
      <ol translate="no" className="to-print grid grid-cols-2 sm:grid-cols-3 gap-2" id="phrase_words">
        {phrase.map((word, at) => (
          <li key={at} className="flex gap-3 px-3 py-2 rounded-control bg-surface-sunken font-mono text-sm">
            <span className="text-ink-faint tabular-nums w-5 text-right">{at + 1}</span>
            {word}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap gap-3">
        <button type="button" className={look.primary} onClick={onNext}>
          {words.phrase_written}
        </button>
        <button type="button" className={look.secondary} onClick={copy}>
          {words.copy}
        </button>
        <button type="button" className={look.secondary} onClick={printPhrase}>
          {words.print}
        </button>
        <button type="button" className={look.quiet} onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
      <p role="status" className={look.hint}>
        {result}
      </p>
    </div>
  );
}

function Checked({ phrase, words, look, onRight, onBack }: { phrase: string[]; words: Words; look: Look; onRight: () => void; onBack: () => void }) {
  const [places] = useState(askedPlaces);
  const [wrong, setWrong] = useState<number[]>([]);
  const submit = (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const missed = places.filter((place) => wordsIn(String(fields.get(`word_${place}`))).join(" ") !== phrase[place]);
    setWrong(missed);
    if (missed.length === 0) onRight();
    else (event.currentTarget.elements.namedItem(`word_${missed[0]}`) as HTMLElement).focus();
  };
  return (
    <form onSubmit={submit} noValidate method="post" className="grid grid-cols-1 gap-4">
      <p className="text-sm leading-6">{words.phrase_check}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        {places.map((place) => (
          <div key={place}>
            <label htmlFor={`word_${place}`} className={look.label}>
              {words.word.replace("{number}", String(place + 1))}
            </label>
            <input
              id={`word_${place}`}
              name={`word_${place}`}
              className={look.input}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              aria-invalid={wrong.includes(place)}
              aria-describedby={`word_${place}_error`}
            />
            <p id={`word_${place}_error`} role="alert" className={look.error}>
              {wrong.includes(place) ? words.word_wrong : ""}
            </p>
          </div>
        ))}
      </div>
      <div className="flex flex-wrap gap-3">
        <button type="submit" className={look.primary}>
          {words.confirm}
        </button>
        <button type="button" className={look.quiet} onClick={onBack}>
          {words.show_again}
        </button>
      </div>
    </form>
  );
}

export function PhraseSteps({ words, look, onDone, onCancel }: Props) {
  const [phrase] = useState(() => newPhrase());
  const [isChecking, setIsChecking] = useState(false);
  const finish = async () => {
    await pageVault.keepPhrase(phrase.entropy);
    onDone();
  };
  const shared = { phrase: phrase.words, words, look };
  return isChecking ? (
    <Checked {...shared} onRight={finish} onBack={() => setIsChecking(false)} />
  ) : (
    <Shown {...shared} onNext={() => setIsChecking(true)} onCancel={onCancel} />
  );
}
