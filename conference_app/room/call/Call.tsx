/** The running call: stage, controls, panels, and what is said about it all. */
import { RoomAudioRenderer } from "@livekit/components-react";
import type { Participant } from "livekit-client";
import { useEffect, useRef, useState } from "react";

import { useCallDevices } from "../devices/useCallDevices";
import { EncryptionSheet } from "../encryption/EncryptionSheet";
import type { SealedRoom } from "../encryption/sealedRoom";
import type { Desk, Notice, WaitingPerson } from "../pageMessages";
import type { Wanted } from "../session/publishing";
import type { SessionState } from "../session/session";
import { useAway } from "../session/useAway";
import { useWakeLock } from "../session/useWakeLock";
import { NamesProvider, useIsKnown } from "../shared/NamesProvider";
import { useSettings } from "../shared/settings";
import { useIsHost, usePeople } from "../shared/usePeople";
import { useIsPhone, useSize } from "../shared/useSize";
import { useWords } from "../shared/words";
import { SharingStrip } from "../stage/SharingStrip";
import { Stage } from "../stage/Stage";
import { useStage } from "../stage/useStage";
import type { View } from "../stage/view";
import { type RunningTool, useTools } from "../tools/registry";
import type { HostActions, Savable } from "../tools/tool";
import { CopyLink } from "../tools/people/CopyLink";
import { useWaitingAlerts } from "../tools/people/useWaitingAlerts";
import { WaitingStrip } from "../tools/people/Waiting";
import { inBar } from "./barSpace";
import { ControlBar } from "./ControlBar";
import { HelpSheet } from "./HelpSheet";
import { LeaveDialog } from "./LeaveDialog";
import { MorePanel } from "./MorePanel";
import { MORE, type Panel } from "./panel";
import { RemoveDialog } from "./RemoveDialog";
import { type Action, isToolAction, type Shortcut, shortcutsWith, toolOf, workingShortcuts } from "./shortcuts";
import { SoundButton, TopBar, useNotices } from "./TopBar";
import { useAnnouncements } from "./useAnnouncements";
import { useControls } from "./useControls";
import { useHostOrders } from "./useHostOrders";
import { useNews } from "./useNews";
import { useShortcuts } from "./useShortcuts";

export interface CallProps {
  sealed: SealedRoom;
  state: SessionState;
  isLocked: boolean;
  /** What the page says about the host's last order, with an id that differs each time. */
  notice: Notice;
  /** What of the call can be saved so far, and also after it. */
  onSavable: (savable: Savable[]) => void;
  /** What of the own devices is to be on while there is no connection. */
  onWant: (change: Partial<Wanted>) => void;
  onLeave: () => void;
  onEnd: () => void;
  onRemove: (identity: string) => void;
  onLock: (isLocked: boolean) => void;
  desk: Desk;
  invitation: string;
  onAdmit: (identity: string) => void;
  onRefuse: (identity: string) => void;
  onHandOver: (identity: string) => void;
}

/** What lies over the call. */
type Open = "help" | "leave" | "encryption" | Participant | null;

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

function hostActions(props: CallProps, mute: (identity: string) => void, remove: (participant: Participant) => void): HostActions {
  const { onLock, onAdmit, onRefuse, desk, invitation } = props;
  return { mute: ({ identity }) => mute(identity), remove, lock: onLock, waiting: desk.waiting, admit: onAdmit, refuse: onRefuse, invitation };
}

interface OverlayProps extends Pick<CallProps, "onEnd" | "onRemove" | "onLeave"> {
  open: Open;
  others: Participant[];
  onHandOver: (identity: string) => void;
  shortcuts: Shortcut[];
  onClose: () => void;
}

/** The list of keys, or a question to the host. */
function Overlay({ open, shortcuts, onClose, ...props }: OverlayProps) {
  if (open === null) return null;
  if (open === "help") return <HelpSheet shortcuts={shortcuts} onClose={onClose} />;
  if (open === "encryption") return <EncryptionSheet onClose={onClose} />;
  if (open === "leave") return <LeaveDialog {...props} onClose={onClose} />;
  return <RemoveDialog participant={open} onRemove={props.onRemove} onClose={onClose} />;
}

const NOBODY: WaitingPerson[] = [];

/** Asks the page to hand the host's rights over, and leaves once that person has them. */
function useHandOver(onHandOver: (identity: string) => void, onLeave: () => void): (identity: string) => void {
  const [chosen, setChosen] = useState("");
  const leave = useRef(onLeave);
  leave.current = onLeave;
  const isHost = useIsHost();
  const isDone = chosen !== "" && isHost({ identity: chosen });
  useEffect(() => {
    if (isDone) leave.current();
  }, [isDone]);
  return (identity) => {
    setChosen(identity);
    onHandOver(identity);
  };
}

/** Ids of the tools, those first that are to stay in a narrow bar. */
function byImportance(tools: RunningTool[]): string[] {
  return [...tools].sort((one, other) => Number(other.isInNarrowBar) - Number(one.isInNarrowBar)).map(({ id }) => id);
}

function Running(props: CallProps) {
  const { sealed, state } = props;
  const { room } = sealed;
  const { t } = useWords();
  useWholeWindow();
  useWakeLock();
  const [panel, setPanel] = useState<Panel>(null);
  const [view, setView] = useState<View>("grid");
  const [open, setOpen] = useState<Open>(null);
  const isPhone = useIsPhone();
  const people = usePeople(room);
  const isKnown = useIsKnown();
  const { news, tell } = useNews();
  const { spoken, say } = useAnnouncements(room, people, state.isReconnecting, tell);
  const { shown, notify } = useNotices(props.notice, say);
  const controls = useControls(room, state, props.onWant, notify);
  const mute = useHostOrders(sealed, () => {
    controls.mute();
    notify(t("muted_by_host"));
  });
  const devices = useCallDevices(room, notify);
  const away = useAway(room, state.isReconnecting).filter(isKnown);
  const stage = useStage(room, view, away);
  const isHost = state.role === "host";
  const host = isHost ? hostActions(props, mute, setOpen) : null;
  useWaitingAlerts(host ? props.desk.waiting : NOBODY, state.subject);
  const others = people.filter((one) => !one.isLocal);
  const handOver = useHandOver(props.onHandOver, props.onLeave);
  const leave = () => (isHost ? setOpen("leave") : props.onLeave());
  const tellMessage = (name: string, text: string, tool: string) => {
    say(t("message_from", { name, text }));
    tell({ kind: "message", name, text, tool });
  };
  const call = { room, seal: sealed.encryption, subject: state.subject, people, isLocked: props.isLocked, host, tell: tellMessage };
  const tools = useTools(call, panel);
  const bar = useRef<HTMLDivElement>(null);
  const barWidth = useSize(bar).width || window.innerWidth;
  const fitting = inBar(barWidth, isPhone, [...(controls.canShare ? ["share"] : []), ...byImportance(tools), "layout"]);
  const opened = tools.find(({ id }) => id === panel);
  // What is read in the open panel need not stand above it.
  const unread = news?.kind === "message" && news.tool === panel ? null : news;

  const { onSavable } = props;
  useEffect(() => onSavable(tools.flatMap((tool) => tool.savable?.(tool.state) ?? [])), [onSavable, tools]);

  const toggle = (wanted: Panel) => setPanel((before) => (before === wanted ? null : wanted));
  const actions: Record<Exclude<Action, "talk" | `tool:${string}`>, () => void> = {
    microphone: controls.toggleMicrophone,
    camera: controls.toggleCamera,
    share: () => controls.canShare && controls.toggleShare(),
    layout: () => setView((before) => (before === "grid" ? "speaker" : "grid")),
    help: () => setOpen("help"),
    escape: () => setPanel(null),
  };
  const act = (action: Action) => {
    if (isToolAction(action)) toggle(toolOf(action));
    else if (action !== "talk") actions[action]();
  };
  const shortcuts = shortcutsWith(tools);
  useShortcuts(workingShortcuts(shortcuts, useSettings().hasSingleKeys), act, controls.talk);

  return (
    <div className="stage fixed inset-0 flex flex-col bg-stage text-on-stage">
      <TopBar subject={state.subject} isLocked={props.isLocked} isReconnecting={state.isReconnecting} isBlocked={state.obstacle === "blocked"} shown={shown} news={unread} onOpen={setPanel} onEncryption={() => setOpen("encryption")} />
      {host && panel !== "people" && <WaitingStrip host={host} onSee={() => setPanel("people")} />}
      {controls.isSharing && <SharingStrip onStop={controls.toggleShare} />}
      <div className="flex min-h-0 flex-1">
        <main id="content" tabIndex={-1} className="outline-none flex min-w-0 flex-1 flex-col px-3">
          <Stage {...stage} isReconnecting={state.isReconnecting} onPin={stage.togglePin} />
          <SoundButton room={room} />
          {people.length === 1 && away.length === 0 && !state.isReconnecting && <Alone />}
        </main>
        {opened && <opened.Panel key={opened.id} call={call} state={opened.state} onClose={() => setPanel(null)} />}
        {panel === MORE && (
          <MorePanel
            {...{ tools, view, ...devices }}
            inBar={fitting}
            isSharing={controls.isSharing}
            onShare={controls.canShare ? controls.toggleShare : null}
            onChoose={devices.choose}
            onLayout={actions.layout}
            onTool={setPanel}
            onHelp={() => setOpen("help")}
            onClose={() => setPanel(null)}
          />
        )}
      </div>
      <div ref={bar} className="pt-2">
        <ControlBar
          {...controls}
          {...{ isPhone, tools, panel, view }}
          inBar={fitting}
          onAction={act}
          onMore={() => toggle(MORE)}
          onLeave={leave}
        />
      </div>
      <Overlay
        {...{ open, shortcuts, others }}
        onLeave={props.onLeave}
        onHandOver={handOver}
        onEnd={props.onEnd}
        onRemove={props.onRemove}
        onClose={() => setOpen(null)}
      />
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
