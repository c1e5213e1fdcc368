/** Name, pass-phrase where needed, and the one button; what was refused stands above what was typed. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import type { MeetingAccess } from "../pageMessages";
import type { Refusal } from "../session/session";
import { Button, Notice } from "../shared/pieces";
import { type TextKey, useWords } from "../shared/words";
import { Announced } from "./Announced";

export interface JoinDraft {
  name: string;
  passPhrase: string;
}

/** The same bounds as the server's: they spare a round trip, they guard nothing. */
export const NAME_LIMIT = 60;
export const PASS_PHRASE_LIMIT = 128;

interface JoinFormProps {
  access: MeetingAccess;
  draft: JoinDraft;
  refusal: Refusal | null;
  isBusy: boolean;
  isElsewhere: boolean;
  /** False while the organizer's keys are not there. */
  hasKeys: boolean;
  onDraft: (draft: JoinDraft) => void;
  onJoin: () => void;
}

/** Refusals with words and a next step of their own; others say what the server says. */
const REFUSALS: Readonly<Record<string, TextKey>> = {
  meeting_ended: "refused_ended",
  room_full: "refused_full",
  removed: "refused_removed",
  unavailable: "refused_unavailable",
  not_found: "refused_unknown",
};

/** `error` for as long as what it was said of stands in the field. */
function useUnmended(error: string | undefined, value: string): string | undefined {
  const [told, setTold] = useState({ error, value });
  if (told.error !== error) setTold({ error, value });
  return told.value === value ? told.error : undefined;
}

function Field(props: {
  label: string;
  value: string;
  limit: number;
  isSecret?: boolean;
  isFirst?: boolean;
  autoComplete: string;
  error?: string;
  help?: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const error = useUnmended(props.error, props.value);
  useEffect(() => {
    if (props.error) input.current?.focus();
  }, [props.error]);
  useEffect(() => {
    // With a finger, the keyboard would cover the picture before anybody asked for it.
    if (props.isFirst && !input.current?.value && matchMedia("(pointer: fine)").matches) input.current?.focus();
  }, [props.isFirst]);
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium text-ink">
        {props.label}
      </label>
      <input
        id={id}
        ref={input}
        required
        type={props.isSecret ? "password" : "text"}
        value={props.value}
        maxLength={props.limit}
        autoComplete={props.autoComplete}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || props.help ? `${id}-note` : undefined}
        onChange={(event) => props.onChange(event.target.value)}
        className={`h-11 rounded-control border bg-surface-raised px-3 text-base text-ink ${error ? "border-danger" : "border-line-strong/60"}`}
      />
      {(error ?? props.help) && (
        <p id={`${id}-note`} className={`text-sm ${error ? "text-danger-ink" : "text-ink-muted"}`}>
          {error ?? props.help}
        </p>
      )}
    </div>
  );
}

function refusalText(refusal: Refusal | null, t: (key: TextKey) => string): string {
  if (!refusal || refusal.code === "wrong_pass_phrase" || refusal.code === "invalid_input") return "";
  const key = REFUSALS[refusal.code];
  return key ? t(key) : refusal.message;
}

export function JoinForm(props: JoinFormProps) {
  const { t } = useWords();
  const { access, draft, refusal } = props;
  // Until access is known, the name that would be suggested is missing, and the browser would ask for one.
  const isBusy = props.isBusy || access.status === "loading" || !props.hasKeys;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) props.onJoin();
  };
  const refused = refusalText(refusal, t);
  const isOwnName = draft.name.trim() === access.suggested_name;
  const asksPassPhrase = access.needs_pass_phrase || refusal?.code === "wrong_pass_phrase";
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <div className="flex flex-col gap-1">
        <h1 className="text-2xl font-semibold break-words">{access.subject || t("lobby_title")}</h1>
        {!access.is_host && <Announced host={access.host} when={access.when} />}
        <p className="text-ink-muted">{t(access.is_host ? "lobby_host" : "lobby_guest")}</p>
      </div>
      {refused && (
        <div role="alert">
          <Notice tone="danger">{refused}</Notice>
        </div>
      )}
      {props.isElsewhere && (
        <div role="status">
          <Notice tone="warn">{t("elsewhere_now")}</Notice>
        </div>
      )}
      <Field
        label={t("your_name")}
        isFirst
        value={draft.name}
        limit={NAME_LIMIT}
        autoComplete="name"
        help={`${t("your_name_help")} ${isOwnName ? access.introduction : ""}`.trim()}
        error={refusal?.code === "invalid_input" ? refusal.message : undefined}
        onChange={(name) => props.onDraft({ ...draft, name })}
      />
      {asksPassPhrase && (
        <Field
          label={t("pass_phrase")}
          value={draft.passPhrase}
          limit={PASS_PHRASE_LIMIT}
          isSecret
          autoComplete="off"
          help={t("pass_phrase_help")}
          error={refusal?.code === "wrong_pass_phrase" ? refusal.message : undefined}
          onChange={(passPhrase) => props.onDraft({ ...draft, passPhrase })}
        />
      )}
      <Button kind="primary" type="submit" isWide isBusy={isBusy}>
        {props.isBusy ? t("joining") : props.isElsewhere ? t("join_here") : t("join")}
      </Button>
    </form>
  );
}
