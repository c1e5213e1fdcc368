/** What is wrong with the encryption, in few words for the lock and in sentences for the sheet. */
import { useNameOf } from "../shared/NamesProvider";
import { type TextKey, useWords } from "../shared/words";
import type { Problem } from "./assurance";

const SHORT: Record<Problem["kind"], TextKey> = {
  forked: "lock_forked",
  other_self: "lock_other_self",
  not_sealed: "lock_not_sealed",
  stranger: "lock_stranger",
  unmarked: "lock_unmarked",
  unreadable: "lock_unreadable",
  plain: "lock_plain",
};

const LONG: Record<Problem["kind"], TextKey> = {
  forked: "forked_text",
  other_self: "told_other_self",
  not_sealed: "told_not_sealed",
  stranger: "told_stranger",
  unmarked: "told_unmarked",
  unreadable: "told_unreadable",
  plain: "told_plain",
};

/** `short`: what does not hold. `long`: that, and what to do. */
export function useProblemWords(): { short: (problem: Problem) => string; long: (problem: Problem) => string } {
  const { t } = useWords();
  const nameOf = useNameOf();
  const said = (keys: Record<Problem["kind"], TextKey>) => ({ kind, identity }: Problem) => t(keys[kind], { name: identity ? nameOf({ identity }) : "" });
  return { short: said(SHORT), long: said(LONG) };
}
