/** After the call, or where there is none: what happened and what to do now. */
import type { ReactNode } from "react";

import { Button, ButtonLink } from "../shared/pieces";
import { type TextKey, useWords } from "../shared/words";
import type { Savable } from "../tools/tool";

export type FarewellKind =
  | "left"
  | "removed"
  | "ended"
  | "elsewhere"
  | "full"
  | "refused"
  | "unsupported"
  | "forked"
  | "other_root"
  | "no_ticket"
  | "outdated"
  | "unknown"
  | "too_many"
  | "unavailable";

interface FarewellProps {
  kind: FarewellKind;
  homePath: string;
  /** The list of one's own meetings; empty for guests. */
  meetingsPath: string;
  /** The meeting that its host may hold again; empty for all others. */
  againPath: string;
  /** What of the call can still be saved. */
  savable: Savable[];
  /** What the server says about it, such as how long to wait. */
  detail?: string;
  onAgain?: () => void;
}

/** title, text, and the words on the button that leads back; none where going back would lead nowhere. */
const WORDS: Record<FarewellKind, [TextKey, TextKey, TextKey | null]> = {
  left: ["left_title", "left_text", "join_again"],
  removed: ["removed_title", "removed_text", null],
  ended: ["ended_title", "ended_text", null],
  elsewhere: ["elsewhere_title", "elsewhere_text", "come_back_here"],
  full: ["full_title", "refused_full", "try_again"],
  refused: ["refused_title", "refused_text", "try_again"],
  unsupported: ["unsupported_title", "unsupported_text", null],
  forked: ["forked_title", "forked_text", "join_again"],
  other_root: ["other_root_title", "other_root_text", null],
  no_ticket: ["no_ticket_title", "no_ticket_text", null],
  outdated: ["outdated_title", "outdated_text", "reload"],
  unknown: ["unknown_title", "refused_unknown", null],
  too_many: ["too_many_title", "too_many_text", "try_again"],
  unavailable: ["unavailable_title", "refused_unavailable", "try_again"],
};

export function Farewell({ kind, detail, onAgain, ...next }: FarewellProps): ReactNode {
  const { t } = useWords();
  const [title, text, again] = WORDS[kind];
  return (
    <main id="content" tabIndex={-1} className="mx-auto outline-none flex w-full max-w-form flex-col gap-6 px-4 pt-[14vh] pb-16">
      <div role="status" className="flex flex-col gap-3">
        <h1 className="text-3xl font-semibold">{t(title)}</h1>
        <p className="text-ink-muted">{detail || t(text)}</p>
      </div>
      <div className="flex flex-wrap gap-3">
        {again && onAgain && (
          <Button kind="primary" onClick={onAgain} autoFocus>
            {t(again)}
          </Button>
        )}
        {kind === "ended" && next.againPath && (
          <ButtonLink kind="primary" href={next.againPath}>
            {t("meet_again")}
          </ButtonLink>
        )}
        {next.savable.map(({ label, save }) => (
          <Button key={label} onClick={save}>
            {t(label)}
          </Button>
        ))}
        <ButtonLink href={next.meetingsPath || next.homePath}>{t(next.meetingsPath ? "my_meetings" : "to_start")}</ButtonLink>
      </div>
    </main>
  );
}
