/** Before joining: own picture, devices, name, and one button. */
import { LockKeyhole } from "lucide-react";
import type { ReactNode } from "react";

import { DeviceMenus } from "../devices/DeviceMenu";
import { LevelMeter } from "../devices/LevelMeter";
import { isLinkBroken } from "../encryption/entrance";
import type { MeetingAccess, WaitingPerson } from "../pageMessages";
import type { Obstacle } from "../session/reach";
import type { SessionState } from "../session/session";
import { Button, Notice } from "../shared/pieces";
import { limitsPath, useWords } from "../shared/words";
import { useWaitingWords } from "../tools/people/Waiting";
import { Announced } from "./Announced";
import { JoinForm, type JoinDraft } from "./JoinForm";
import { Preview } from "./Preview";
import type { ShownMedia } from "./useOwnMedia";

interface LobbyProps {
  access: MeetingAccess;
  state: SessionState;
  media: ShownMedia;
  draft: JoinDraft;
  isElsewhere: boolean;
  /** False while the organizer's vault does not give the meeting's keys. */
  hasKeys: boolean;
  /** Who waits, in the lobby of the host. */
  waiting: WaitingPerson[];
  onDraft: (draft: JoinDraft) => void;
  onJoin: () => void;
  onCancel: () => void;
}

function Waiting({ state, onCancel }: { state: SessionState; onCancel: () => void }) {
  const { t } = useWords();
  const isAsked = state.waitsFor === "admit";
  const title = isAsked ? t("asked_title") : state.host ? t("waiting_for", { name: state.host }) : t("waiting_title");
  return (
    <div className="flex flex-col gap-5">
      <div role="status" className="flex flex-col gap-2">
        <span className="mb-1 flex gap-1.5" aria-hidden>
          {[0, 1, 2].map((dot) => (
            <span key={dot} className="size-2 animate-pulse rounded-full bg-accent" style={{ animationDelay: `${dot * 0.25}s` }} />
          ))}
        </span>
        <h1 className="text-2xl font-semibold break-words">{title}</h1>
        <Announced host={state.host} when={state.when} />
        <p className="text-ink-muted">{t(isAsked ? "asked_text" : "waiting_text")}</p>
        <p className="text-sm text-ink-faint">{t("waiting_hint")}</p>
      </div>
      <Button onClick={onCancel}>{t("stop_waiting")}</Button>
    </div>
  );
}

function Connecting({ failures, obstacle, onCancel }: { failures: number; obstacle: Obstacle | null; onCancel: () => void }) {
  const { t } = useWords();
  return (
    <div className="flex flex-col gap-5">
      <div role="status" className="flex flex-col gap-2">
        <h1 className="text-2xl font-semibold">{t("connecting_title")}</h1>
        {failures > 0 && <Notice tone="warn">{t(obstacle === "blocked" ? "connecting_blocked" : "connecting_retry")}</Notice>}
      </div>
      <Button onClick={onCancel}>{t("cancel")}</Button>
    </div>
  );
}

/** Who has only part of the link can still ask to be let in. */
function BrokenLink() {
  const { t } = useWords();
  if (!isLinkBroken(window.location.href)) return null;
  return (
    <div role="status">
      <Notice tone="warn">{t("link_broken")}</Notice>
    </div>
  );
}

function Side(props: LobbyProps): ReactNode {
  const { state } = props;
  if (state.phase === "waiting") return <Waiting state={state} onCancel={props.onCancel} />;
  if (state.phase === "connecting") return <Connecting failures={state.failures} obstacle={state.obstacle} onCancel={props.onCancel} />;
  return <JoinForm {...props} isBusy={state.phase === "asking"} refusal={state.refusal} />;
}

export function Lobby(props: LobbyProps) {
  const { t, language } = useWords();
  const waitingWords = useWaitingWords();
  const { media } = props;
  return (
    <main
      id="content"
      tabIndex={-1}
      className="mx-auto grid w-full max-w-page content-center gap-x-12 gap-y-6 px-4 pt-4 pb-10 outline-none sm:px-6 lg:min-h-[calc(100dvh-5rem)] lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-y-5 lg:px-8"
    >
      <section aria-label={t("preview_section")} className="min-w-0">
        <Preview media={media} />
      </section>
      <section aria-label={t("join_section")} className="flex min-w-0 flex-col gap-6 lg:row-span-2 lg:self-center">
        <Side {...props} />
        <BrokenLink />
        {props.waiting.length > 0 && (
          <div role="status">
            <Notice tone="warn">{waitingWords(props.waiting)}</Notice>
          </div>
        )}
        <p className="flex items-start gap-2 text-sm text-ink-muted">
          <LockKeyhole size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          <a href={limitsPath(language)} target="_blank" rel="noopener" className="rounded-control underline decoration-1 underline-offset-4 hover:decoration-2">
            {t("encryption_line")}
          </a>
        </p>
      </section>
      <section aria-label={t("devices_section")} className="min-w-0">
        <DeviceMenus
          devices={media.devices}
          chosen={media.choice}
          onChoose={media.choose}
          meter={<LevelMeter track={media.audio} label={t("microphone_level")} />}
        />
      </section>
    </main>
  );
}
