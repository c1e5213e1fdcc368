/** How a host leaves others behind: they go on without one, with another one, or the meeting ends for all. */
import type { Participant } from "livekit-client";
import { useState } from "react";

import { useNameOf } from "../shared/NamesProvider";
import { Button, Dialog } from "../shared/pieces";
import { useIsHost } from "../shared/usePeople";
import { useWords } from "../shared/words";

interface LeaveDialogProps {
  /** The others in the room. */
  others: Participant[];
  onLeave: () => void;
  /** Give that person the host's rights; leaving follows once they have them. */
  onHandOver: (identity: string) => void;
  onEnd: () => void;
  onClose: () => void;
}

const CHOICE = "flex flex-col gap-3";
const NEXT_CHOICE = `${CHOICE} border-t border-line pt-4`;

function HandOver({ others, onHandOver }: Pick<LeaveDialogProps, "others" | "onHandOver">) {
  const { t } = useWords();
  const nameOf = useNameOf();
  const [chosen, setChosen] = useState(others[0]?.identity ?? "");
  const identity = others.some((one) => one.identity === chosen) ? chosen : (others[0]?.identity ?? "");
  return (
    <div className={NEXT_CHOICE}>
      <label className="flex flex-col gap-1.5 text-sm font-medium">
        {t("new_host")}
        <select
          value={identity}
          onChange={(event) => setChosen(event.target.value)}
          className="h-11 w-full rounded-control border border-line-strong/60 bg-surface-raised px-3 text-base font-normal"
        >
          {others.map((one) => (
            <option key={one.identity} value={one.identity}>
              {nameOf(one)}
            </option>
          ))}
        </select>
      </label>
      <Button onClick={() => onHandOver(identity)}>{t("hand_over")}</Button>
    </div>
  );
}

export function LeaveDialog({ others, onLeave, onHandOver, onEnd, onClose }: LeaveDialogProps) {
  const { t } = useWords();
  const isHost = useIsHost();
  const candidates = others.filter((one) => !isHost(one));
  return (
    <Dialog title={t("leave_title")} onClose={onClose} actions={<Button onClick={onClose}>{t("stay")}</Button>}>
      <div className={CHOICE}>
        <p className="text-ink-muted">{t(candidates.length < others.length ? "leave_to_host" : "leave_text")}</p>
        <Button kind="primary" onClick={onLeave} autoFocus>
          {t("just_leave")}
        </Button>
      </div>
      {candidates.length > 0 && <HandOver others={candidates} onHandOver={onHandOver} />}
      <div className={NEXT_CHOICE}>
        <p className="text-ink-muted">{t("end_text")}</p>
        <Button kind="danger" onClick={onEnd}>
          {t("end_for_all")}
        </Button>
      </div>
    </Dialog>
  );
}
