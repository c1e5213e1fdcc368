/** The running call: stage, controls, panels, and what is said about it all. */
import { RoomAudioRenderer, useParticipants } from "@livekit/components-react";
import { type Participant, type Room, Track } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { useCallDevices } from "../devices/useCallDevices";
import type { Notice } from "../pageMessages";
import type { SessionState } from "../session/session";
import { NamesProvider, useNameOf } from "../shared/NamesProvider";
import { useIsPhone } from "../shared/useSize";
import { useWords } from "../shared/words";
import { Stage } from "../stage/Stage";
import { useStage } from "../stage/useStage";
import type { View } from "../stage/view";
import { ChatPanel } from "../tools/chat/ChatPanel";
import { type Chat, useChat } from "../tools/chat/useChat";
import type { Panel } from "../tools/registry";
import { CopyLink, type HostActions, PeoplePanel } from "../tools/people/PeoplePanel";
import { ControlBar } from "./ControlBar";
import { HelpSheet } from "./HelpSheet";
import { EndDialog, RemoveDialog } from "./HostDialogs";
import { MorePanel } from "./MorePanel";
import type { Action } from "./shortcuts";
import { SoundButton, TopBar, useNotices } from "./TopBar";
import { useAnnouncements } from "./useAnnouncements";
import { useControls } from "./useControls";
import { useShortcuts } from "./useShortcuts";

export interface CallProps {
  room: Room;
  state: SessionState;
  isLocked: boolean;
  /** What the page says about the host's last order, with an id that differs each time. */
  notice: Notice;
  onLeave: () => void;
  onEnd: () => void;
  onMute: (identity: string, trackSid: string) => void;
  onRemove: (identity: string) => void;
  onLock: (isLocked: boolean) => void;
}

type Open = "help" | "end" | Participant | null;

/** Alone in the room: the next step is to ask others in. */
function Alone() {
  const { t } = useWords();
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-5 gap-y-3 px-4 pt-3 text-center">
      <p className="text-sm text-on-stage-muted">{t("alone")}</p>
      <CopyLink isBright />
    </div>
  );
}

/** The stage fills the window: no gutter for a scroll bar, no scrolling behind it. */
function useWholeWindow(): void {
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("scrollbar-gutter", "auto");
    style.setProperty("overflow", "hidden");
    return () => {
      style.removeProperty("scrollbar-gutter");
      style.removeProperty("overflow");
    };
  }, []);
}

/** Messages that came while the chat was closed. */
function useUnread(isOpen: boolean): [number, () => void] {
  const [unread, setUnread] = useState(0);
  const open = useRef(isOpen);
  open.current = isOpen;
  if (isOpen && unread > 0) setUnread(0);
  return [isOpen ? 0 : unread, useCallback(() => !open.current && setUnread((before) => before + 1), [])];
}

/** The chat, which is read out while it is closed, and how many messages came meanwhile. */
function useReadOutChat(room: Room, isOpen: boolean, say: (sentence: string) => void): [Chat, number] {
  const { t } = useWords();
  const [unread, countUnread] = useUnread(isOpen);
  const nameOf = useNameOf();
  const senderName = (identity: string) => {
    const sender = room.getParticipantByIdentity(identity);
    return sender ? nameOf(sender) : t("someone");
  };
  const chat = useChat(room, senderName, ({ sender, text }) => {
    countUnread();
    // The open chat is a log, which screen readers follow by themselves.
    if (!isOpen) say(t("message_from", { name: sender, text: text ?? "" }));
  });
  return [chat, unread];
}

function hostActions({ onMute, onLock }: CallProps, remove: (participant: Participant) => void): HostActions {
  const mute = (participant: Participant) => {
    const sid = participant.getTrackPublication(Track.Source.Microphone)?.trackSid;
    if (sid) onMute(participant.identity, sid);
  };
  return { mute, remove, lock: onLock };
}

/** What lies over the call: the list of keys, or a question to the host. */
function Overlay({ open, onEnd, onRemove, onClose }: Pick<CallProps, "onEnd" | "onRemove"> & { open: Open; onClose: () => void }) {
  if (open === null) return null;
  if (open === "help") return <HelpSheet onClose={onClose} />;
  if (open === "end") return <EndDialog onEnd={onEnd} onClose={onClose} />;
  return <RemoveDialog participant={open} onRemove={onRemove} onClose={onClose} />;
}

function Running(props: CallProps) {
  const { room, state } = props;
  const { t } = useWords();
  useWholeWindow();
  const [panel, setPanel] = useState<Panel>(null);
  const [view, setView] = useState<View>("grid");
  const [open, setOpen] = useState<Open>(null);
  const [draft, setDraft] = useState("");
  const isPhone = useIsPhone();
  const people = useParticipants({ room });
  const { spoken, say } = useAnnouncements(room, state.isReconnecting);
  const { shown, notify } = useNotices(props.notice, say);
  const controls = useControls(room, notify);
  const devices = useCallDevices(room, notify);
  const stage = useStage(room, view);
  const [chat, unread] = useReadOutChat(room, panel === "chat", say);

  const toggle = (wanted: Panel) => setPanel((before) => (before === wanted ? null : wanted));
  const changeLayout = () => setView((before) => (before === "grid" ? "speaker" : "grid"));
  const actions: Record<Exclude<Action, "talk">, () => void> = {
    microphone: controls.toggleMicrophone,
    camera: controls.toggleCamera,
    share: () => controls.canShare && controls.toggleShare(),
    chat: () => toggle("chat"),
    people: () => toggle("people"),
    layout: changeLayout,
    help: () => setOpen("help"),
    escape: () => setPanel(null),
  };
  useShortcuts({ ...actions, talk: controls.talk });

  const isHost = state.role === "host";
  const host = isHost ? hostActions(props, setOpen) : null;

  return (
    <div className="stage fixed inset-0 flex flex-col bg-stage text-on-stage">
      <h1 className="sr-only">{state.subject || t("room_title")}</h1>
      <TopBar subject={state.subject} isLocked={props.isLocked} isReconnecting={state.isReconnecting} shown={shown} />
      <div className="flex min-h-0 flex-1">
        <main id="content" tabIndex={-1} className="outline-none flex min-w-0 flex-1 flex-col px-3">
          <Stage refs={stage.refs} focus={stage.focus} pinned={stage.pinned} onPin={stage.togglePin} />
          {people.length === 1 && !state.isReconnecting && <Alone />}
        </main>
        {panel === "chat" && (
          <ChatPanel chat={chat} subject={state.subject} draft={draft} onDraft={setDraft} onClose={() => setPanel(null)} />
        )}
        {panel === "people" && <PeoplePanel isLocked={props.isLocked} host={host} onClose={() => setPanel(null)} />}
        {panel === "more" && (
          <MorePanel
            {...{ isPhone, isHost, view, ...devices }}
            onChoose={devices.choose}
            onLayout={changeLayout}
            onPeople={() => setPanel("people")}
            onHelp={() => setOpen("help")}
            onEnd={() => setOpen("end")}
            onClose={() => setPanel(null)}
          />
        )}
      </div>
      <SoundButton room={room} />
      <div className="pt-2">
        <ControlBar
          {...controls}
          {...{ isHost, isPhone, panel, view, unread }}
          people={people.length}
          onAction={(action) => action !== "talk" && actions[action]()}
          onMore={() => toggle("more")}
          onLeave={props.onLeave}
          onEnd={() => setOpen("end")}
        />
      </div>
      <Overlay open={open} onEnd={props.onEnd} onRemove={props.onRemove} onClose={() => setOpen(null)} />
      <RoomAudioRenderer />
      <p role="status" aria-live="polite" className="sr-only">
        {spoken}
      </p>
    </div>
  );
}

export function Call(props: CallProps) {
  return (
    <NamesProvider>
      <Running {...props} />
    </NamesProvider>
  );
}
