// Opening a locked vault: by a password, a passkey or the recovery phrase, or giving up what is in it.

import * as React from "react";
import { useState } from "react";

import { Dialog } from "../kit/dialog";
import type { Look, Words } from "./look";
import { pageVault, useVault } from "./page_vault";
import { askSecret } from "./passkey_secret";
import { readPhrase } from "./recovery_phrase";

type Parts = { words: Words; look: Look };
type AskProps = Parts & {
  id: string;
  label: string;
  help: string;
  wrong: string;
  control: (props: Record<string, unknown>) => React.ReactNode;
  open: (typed: string) => Promise<boolean>;
};

async function byPassword(typed: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(typed);
  return pageVault.openByPassword(await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveKey"]));
}

async function byPhrase(typed: string): Promise<boolean> {
  const entropy = readPhrase(typed);
  return entropy !== null && pageVault.openByPhrase(entropy);
}

/** A field and the button that tries what is typed in it. Nothing of it goes to the server. */
function Ask({ id, label, help, wrong, control, open, words, look }: AskProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState("");
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem(id) as HTMLInputElement;
    setIsBusy(true);
    setError("");
    const isOpen = await open(field.value).catch(() => false);
    setIsBusy(false);
    if (isOpen) return;
    setError(wrong);
    field.focus();
  };
  const wiring = { id, name: id, required: true, "aria-invalid": Boolean(error), "aria-describedby": `${id}_error ${id}_help` };
  return (
    <form onSubmit={submit} noValidate method="post">
      <label htmlFor={id} className={look.label}>
        {label}
      </label>
      <div className="flex flex-col sm:flex-row sm:items-start gap-2">
        {control(wiring)}
        <button type="submit" disabled={isBusy} className={look.primary}>
          {isBusy ? words.opening : words.open}
        </button>
      </div>
      <p id={`${id}_error`} role="alert" className={look.error}>
        {error}
      </p>
      <p id={`${id}_help`} className={`${look.hint} mt-1.5`}>
        {help}
      </p>
    </form>
  );
}

function Passkey({ words, look }: Parts) {
  const [error, setError] = useState("");
  const ask = async () => {
    setError("");
    const secret = await askSecret(pageVault.credentials()).catch(() => null);
    if (!secret || !(await pageVault.openByPasskey(secret))) setError(words.passkey_wrong);
  };
  return (
    <div>
      <button type="button" className={look.secondary} onClick={ask}>
        {words.by_passkey}
      </button>
      <p role="alert" className={look.error}>
        {error}
      </p>
    </div>
  );
}

function NewKeys({ words, look }: Parts) {
  const [isAsking, setIsAsking] = useState(false);
  const keep = () => setIsAsking(false);
  const make = () => {
    keep();
    void pageVault.startAnew();
  };
  return (
    <div className="border-t border-line pt-4">
      <p className={look.hint}>{words.lost}</p>
      <button type="button" className={`${look.secondary} mt-3`} onClick={() => setIsAsking(true)}>
        {words.new_keys}
      </button>
      <Dialog open={isAsking} label={words.new_keys_title} className={look.dialog} onDismiss={keep}>
        <div className="p-6">
          <h2 className="text-xl">{words.new_keys_title}</h2>
          <p className="text-ink-muted mt-2">{words.new_keys_text}</p>
          <div className="flex flex-wrap justify-end gap-2 pt-6">
            <button type="button" className={look.secondary} onClick={keep}>
              {words.keep}
            </button>
            <button type="button" className={look.danger} onClick={make}>
              {words.new_keys}
            </button>
          </div>
        </div>
      </Dialog>
    </div>
  );
}

/** Every way that is left. */
export function Unlock({ words, look }: Parts) {
  const { ways } = useVault();
  return (
    <div className="grid grid-cols-1 gap-5">
      <p className="text-sm leading-6">{words.locked_text}</p>
      {ways.passkey && <Passkey words={words} look={look} />}
      {ways.password && (
        <Ask
          id="vault_password"
          label={words.password}
          help={words.password_help}
          wrong={words.password_wrong}
          control={(props) => <input {...props} type="password" autoComplete="off" className={look.input} />}
          open={byPassword}
          words={words}
          look={look}
        />
      )}
      {ways.phrase && (
        <Ask
          id="vault_phrase"
          label={words.phrase}
          help={words.phrase_help}
          wrong={words.phrase_wrong}
          control={(props) => (
            <textarea {...props} rows={3} autoComplete="off" autoCapitalize="none" spellCheck={false} className={look.mono} />
          )}
          open={byPhrase}
          words={words}
          look={look}
        />
      )}
      <NewKeys words={words} look={look} />
    </div>
  );
}
