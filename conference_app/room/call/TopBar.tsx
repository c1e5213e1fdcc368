/** The strip above the stage: what the meeting is, and short notices where they cover nobody's face. */
import { type Room, RoomEvent } from "livekit-client";
import { DoorClosedLocked, MessageSquare, RotateCw, Volume2 } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";

import { LockButton } from "../encryption/LockButton";
import { useWords } from "../shared/words";
import type { News } from "./useNews";

const SHOWN_MS = 7000;

/** One notice at a time: its text, and `notify` to show another. Notices are read out too. */
export function useNotices(fromPage: { id: string; message: string }, say: (text: string) => void): { shown: string; notify: (text: string) => void } {
  const [shown, setShown] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const notify = useCallback(
    (text: string) => {
      clearTimeout(timer.current);
      setShown(text);
      say(text);
      timer.current = setTimeout(() => setShown(""), SHOWN_MS);
    },
    [say],
  );
  const { id, message } = fromPage;
  useEffect(() => {
    if (id && message) notify(message);
  }, [id, message, notify]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { shown, notify };
}

/** What somebody wrote in a tool that is closed. Screen readers have heard it, and have the tool's own button. */
function MessagePreview({ name, text, onOpen }: { name: string; text: string; onOpen: () => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-hidden
      onClick={onOpen}
      className="flex max-w-full min-w-0 items-center gap-2.5 rounded-control bg-stage-raised px-3 py-1 text-left text-xs leading-snug hover:bg-stage-line"
    >
      <MessageSquare size={16} className="shrink-0 text-on-stage-muted" />
      <span className="line-clamp-2 min-w-0 break-words">
        <bdi className="font-semibold">{name}</bdi> <bdi>{text}</bdi>
      </span>
    </button>
  );
}

interface TopBarProps {
  subject: string;
  isLocked: boolean;
  isReconnecting: boolean;
  /** Reconnecting fails as the network lets no call through. */
  isBlocked: boolean;
  /** A notice to this person, which goes before news. */
  shown: string;
  news: News | null;
  onOpen: (tool: string) => void;
  onEncryption: () => void;
}

export function TopBar({ subject, isLocked, isReconnecting, isBlocked, shown, news, onOpen, onEncryption }: TopBarProps) {
  const { t } = useWords();
  const title = subject || t("room_title");
  const message = news?.kind === "message" ? news : null;
  const sentence = shown || (news && !message ? news.text : "");
  const pill = "flex max-w-full items-center gap-2 rounded-full px-3.5 py-1.5 text-sm font-medium";
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 px-3">
      <LockButton onOpen={onEncryption} />
      <div className={`flex min-w-0 flex-1 items-center gap-2 text-sm ${message || sentence ? "max-sm:sr-only" : ""}`}>
        <h1 className="truncate text-sm font-medium tracking-normal" title={title}>
          <bdi>{title}</bdi>
        </h1>
        {isLocked && (
          <span className="flex shrink-0 items-center gap-1.5 rounded-full bg-stage-raised px-2.5 py-1 text-xs font-medium">
            <DoorClosedLocked size={14} aria-hidden />
            {t("locked_now")}
          </span>
        )}
      </div>
      <div className={`min-w-0 shrink justify-center ${isReconnecting || sentence ? "flex max-sm:flex-1" : "hidden"}`}>
        {isReconnecting ? (
          <p className={`${pill} bg-warn-soft text-warn`}>
            <RotateCw size={16} aria-hidden className="shrink-0 animate-spin" />
            {t(isBlocked ? "reconnecting_blocked" : "reconnecting")}
          </p>
        ) : (
          sentence && <p className={`${pill} bg-stage-raised text-on-stage`}>{sentence}</p>
        )}
      </div>
      <div className={`min-w-0 flex-1 justify-end ${message ? "flex" : "hidden sm:flex"}`}>
        {message && <MessagePreview name={message.name} text={message.text} onOpen={() => onOpen(message.tool)} />}
      </div>
    </header>
  );
}

/** Browsers may hold back all sound until the person clicks: then this asks for the click. */
export function SoundButton({ room }: { room: Room }) {
  const { t } = useWords();
  const [isBlocked, setIsBlocked] = useState(!room.canPlaybackAudio);
  useEffect(() => {
    const change = () => setIsBlocked(!room.canPlaybackAudio);
    change();
    room.on(RoomEvent.AudioPlaybackStatusChanged, change);
    return () => void room.off(RoomEvent.AudioPlaybackStatusChanged, change);
  }, [room]);
  if (!isBlocked) return null;
  const start = () => void room.startAudio().catch(() => undefined);
  return (
    <div className="flex justify-center pt-3">
      <button type="button" onClick={start} className="inline-flex min-h-12 items-center gap-2 rounded-full bg-accent px-6 text-sm font-semibold text-on-accent hover:bg-accent-hover">
        <Volume2 size={20} aria-hidden />
        {t("turn_sound_on")}
      </button>
    </div>
  );
}
