/** Who waits to be let in: a strip above the stage and the list in the panel, for the host. */
import { BellRing, UserRoundCheck } from "lucide-react";
import { useState } from "react";

import type { WaitingPerson } from "../../pageMessages";
import { useWords } from "../../shared/words";
import type { HostActions } from "../tool";
import { notificationState } from "./useWaitingAlerts";

const SMALL = "inline-flex min-h-11 items-center justify-center rounded-control px-4 text-sm font-medium sm:min-h-9";
const YES = `${SMALL} bg-accent text-on-accent hover:bg-accent-hover`;
const NO = `${SMALL} border border-line-strong text-on-stage hover:bg-stage-line`;

/** "Tom is waiting", "Tom and Una are waiting", "Tom and 3 others are waiting". */
export function useWaitingWords(): (waiting: readonly WaitingPerson[]) => string {
  const { t, n } = useWords();
  return (waiting) => {
    const [first, second] = waiting;
    if (!first) return "";
    if (!second) return t("one_waits", { name: first.name });
    if (waiting.length === 2) return t("two_wait", { name: first.name, other: second.name });
    return n("many_wait", waiting.length - 1, { name: first.name });
  };
}

function Answers({ one, host }: { one: WaitingPerson; host: HostActions }) {
  const { t } = useWords();
  return (
    <span className="flex shrink-0 gap-2">
      <button type="button" aria-label={t("refuse_name", { name: one.name })} onClick={() => host.refuse(one.identity)} className={NO}>
        {t("refuse")}
      </button>
      <button type="button" aria-label={t("admit_name", { name: one.name })} onClick={() => host.admit(one.identity)} className={YES}>
        {t("admit")}
      </button>
    </span>
  );
}

/** One line above the stage, where it covers nobody's face. */
export function WaitingStrip({ host, onSee }: { host: HostActions; onSee: () => void }) {
  const { t } = useWords();
  const words = useWaitingWords();
  const { waiting } = host;
  if (waiting.length === 0) return null;
  return (
    <section aria-label={t("waiting_people")} className="mx-3 mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-card bg-stage-raised px-4 py-2">
      <p role="status" className="min-w-0 flex-1 text-sm font-medium break-words">
        {words(waiting)}
      </p>
      {waiting.length === 1 ? (
        <Answers one={waiting[0]} host={host} />
      ) : (
        <span className="flex gap-2">
          <button type="button" onClick={onSee} className={NO}>
            {t("see_waiting")}
          </button>
          <button type="button" onClick={() => host.admit("")} className={YES}>
            {t("admit_all")}
          </button>
        </span>
      )}
    </section>
  );
}

/** Offered until the browser was asked: it asks the person once, and only after they pressed this. */
function NotifyButton() {
  const { t } = useWords();
  const [state, setState] = useState(notificationState);
  if (state !== "default") return null;
  const ask = () => void Notification.requestPermission().then(setState, () => undefined);
  return (
    <button type="button" onClick={ask} className="inline-flex min-h-11 items-center gap-2 self-start rounded-control px-2 text-sm text-on-stage-muted hover:text-on-stage">
      <BellRing size={16} aria-hidden />
      {t("notify_me")}
    </button>
  );
}

/** The whole list, on top of those who are in. */
export function WaitingList({ host }: { host: HostActions }) {
  const { t, n } = useWords();
  const { waiting } = host;
  if (waiting.length === 0) return null;
  return (
    <section aria-labelledby="waiting-title" className="flex flex-col gap-2 border-b border-stage-line px-2 pb-3">
      <h3 id="waiting-title" className="text-sm font-semibold">
        {n("waiting_count", waiting.length)}
      </h3>
      <ul className="flex flex-col gap-1">
        {waiting.map((one) => (
          <li key={one.identity} className="flex flex-wrap items-center justify-between gap-2">
            <bdi className="min-w-0 flex-1 truncate text-sm" title={one.name}>
              {one.name}
            </bdi>
            <Answers one={one} host={host} />
          </li>
        ))}
      </ul>
      {waiting.length > 1 && (
        <button type="button" onClick={() => host.admit("")} className={`${YES} gap-2`}>
          <UserRoundCheck size={16} aria-hidden />
          {t("admit_all")}
        </button>
      )}
      <NotifyButton />
    </section>
  );
}
