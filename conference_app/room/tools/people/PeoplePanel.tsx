/** Who is here; for the host also: mute, remove, lock the meeting. */
import { useIsMuted } from "@livekit/components-react";
import { type Participant, Track } from "livekit-client";
import { Mic, MicOff, UserRoundX } from "lucide-react";
import { useEffect, useState } from "react";

import { Face } from "../../shared/Face";
import { useNameOf } from "../../shared/NamesProvider";
import { rightWords } from "../../encryption/rightWords";
import { aboutOf } from "../../shared/people";
import { SidePanel } from "../../shared/SidePanel";
import { Switch } from "../../shared/Switch";
import { useMemberOf } from "../../shared/usePeople";
import { useWords } from "../../shared/words";
import type { HostActions, PanelProps } from "../tool";
import { CopyInvitation, CopyLink } from "./CopyLink";
import { WaitingList } from "./Waiting";

const ICON_BUTTON = "flex size-11 items-center justify-center rounded-full text-on-stage-muted hover:bg-stage-line hover:text-on-stage sm:size-10";

function Person({ participant, host }: { participant: Participant; host: HostActions | null }) {
  const { t } = useWords();
  const isMuted = useIsMuted({ participant, source: Track.Source.Microphone });
  const name = useNameOf()(participant);
  const about = aboutOf(participant);
  const member = useMemberOf()(participant);
  const words = member ? [...(member.role === "guest" ? [] : [t("host")]), t(rightWords(member))] : [];
  const canAct = host !== null && !participant.isLocal;
  return (
    <li className="flex items-center gap-3 rounded-control px-2 py-1">
      <Face participant={participant} size={36} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-sm font-medium" title={name}>
          {participant.isLocal ? t("name_you", { name }) : name}
        </bdi>
        {about && (
          <bdi className="block truncate text-xs text-on-stage-muted" title={about}>
            {about}
          </bdi>
        )}
        <span className="block text-xs text-on-stage-muted">{words.join(" · ")}</span>
      </span>
      {canAct && !isMuted ? (
        <button type="button" aria-label={t("mute_name", { name })} title={t("mute_name", { name })} onClick={() => host.mute(participant)} className={ICON_BUTTON}>
          <Mic size={18} aria-hidden />
        </button>
      ) : (
        <span className="flex size-10 items-center justify-center text-on-stage-muted">
          {isMuted ? <MicOff size={18} role="img" aria-label={t("is_muted")} /> : <Mic size={18} role="img" aria-label={t("is_unmuted")} />}
        </span>
      )}
      {canAct && (
        <button type="button" aria-label={t("remove_name", { name })} title={t("remove_name", { name })} onClick={() => host.remove(participant)} className={ICON_BUTTON}>
          <UserRoundX size={18} aria-hidden />
        </button>
      )}
    </li>
  );
}

/** The server has this long to confirm a lock; then the switch shows again what holds. In milliseconds. */
const CONFIRM_MS = 4000;

/** The switch moves at once and goes back if the server refuses. */
function LockSwitch({ isLocked, onLock }: { isLocked: boolean; onLock: (isLocked: boolean) => void }) {
  const { t } = useWords();
  const [wanted, setWanted] = useState<boolean | null>(null);
  useEffect(() => {
    if (wanted === null) return undefined;
    const timer = setTimeout(() => setWanted(null), wanted === isLocked ? 0 : CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [wanted, isLocked]);
  const change = (isOn: boolean) => {
    setWanted(isOn);
    onLock(isOn);
  };
  return <Switch label={t("lock_meeting")} help={t("lock_help")} isOn={wanted ?? isLocked} onChange={change} />;
}

export function PeoplePanel({ call: { people, isLocked, host }, onClose }: PanelProps<number>) {
  const { t, n } = useWords();
  return (
    <SidePanel title={n("people_count", people.length)} onClose={onClose}>
      {/* In a low window all of it scrolls together: the list alone would keep room for one person. */}
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto [scrollbar-width:thin]">
        <div className="flex flex-1 shrink-0 flex-col gap-3 px-2 pb-3 [@media(min-height:560px)]:min-h-0 [@media(min-height:560px)]:shrink [@media(min-height:560px)]:overflow-y-auto">
          {host && <WaitingList host={host} />}
          <ul className="flex flex-col" aria-label={t("people")}>
            {people.map((participant) => (
              <Person key={participant.identity} participant={participant} host={host} />
            ))}
          </ul>
        </div>
        <div className="flex shrink-0 flex-col gap-2 border-t border-stage-line p-4">
          {host && <LockSwitch isLocked={isLocked} onLock={host.lock} />}
          {host?.invitation && <CopyInvitation invitation={host.invitation} />}
          <CopyLink />
        </div>
      </div>
    </SidePanel>
  );
}
