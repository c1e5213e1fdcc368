/** The meeting page's one component: lobby, call and farewell. Its session outlives every change of the page's State. */
import { RoomContext } from "@livekit/components-react";
import { Room, setLogLevel, VideoPresets } from "livekit-client";
import { type ReactNode, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { Call } from "./call/Call";
import type { OwnTracks } from "./devices/devices";
import { Farewell, type FarewellKind } from "./lobby/Farewell";
import type { JoinDraft } from "./lobby/JoinForm";
import { Lobby } from "./lobby/Lobby";
import { useOwnMedia } from "./lobby/useOwnMedia";
import type { Answer, Desk, MeetingAccess, Notice, WaitingPerson } from "./pageMessages";
import { type Phase, type Request, Session } from "./session/session";
import { type TabPlace, useTabPlace } from "./session/useTabPlace";
import { useWatch } from "./session/useWatch";
import { type Texts, useMakeWords, WordsProvider } from "./shared/words";
import { titleWith } from "./tools/people/newcomers";
import type { Savable } from "./tools/tool";

export interface MeetingRoomProps {
  access: MeetingAccess;
  answer: Answer;
  notice: Notice;
  isLocked: boolean;
  texts: Texts;
  language: string;
  brand: string;
  homePath: string;
  /** The list of one's own meetings; empty for guests. */
  meetingsPath: string;
  /** What stands before a meeting's code in the address of its host's page; empty for all others. */
  hostedPath: string;
  /** What stands above the lobby. */
  children?: ReactNode;
  onJoin: (name: string, passPhrase: string) => void;
  onStopWaiting: () => void;
  onAnswerTaken: (id: string) => void;
  onMute: (identity: string, trackSid: string) => void;
  onRemove: (identity: string) => void;
  onLock: (isLocked: boolean) => void;
  onEnd: () => void;
  desk: Desk;
  onWatch: () => void;
  onAdmit: (identity: string) => void;
  onRefuse: (identity: string) => void;
  onHandOver: (identity: string) => void;
}

// Its log names people and rooms, and everything a person needs to know stands on the page.
setLogLevel("silent");

function makeRoom(): Room {
  return new Room({
    singlePeerConnection: false,
    adaptiveStream: true,
    dynacast: true,
    stopLocalTrackOnUnpublish: true,
    // It would end the call of who is asked whether to leave the page, and stays.
    disconnectOnPageLeave: false,
    videoCaptureDefaults: { resolution: VideoPresets.h720.resolution },
    publishDefaults: { simulcast: false, videoCodec: "vp8", dtx: true, red: false },
  });
}

const ACCESS_ENDS: Partial<Record<MeetingAccess["status"], FarewellKind>> = {
  ended: "ended",
  not_found: "unknown",
  too_many_attempts: "too_many",
  unavailable: "unavailable",
};

/** What was last known of access: a restarted app forgets it for a moment, and the lobby must not blink. */
function useLastKnown(access: MeetingAccess): MeetingAccess {
  const known = useRef(access);
  if (access.status !== "loading") known.current = access;
  return known.current;
}

function useSession(props: MeetingRoomProps, takeTracks: () => Promise<OwnTracks>): Session {
  const latest = useRef({ ask: props.onJoin, takeTracks });
  latest.current = { ask: props.onJoin, takeTracks };
  const [session] = useState(() => {
    const ask = ({ name, passPhrase }: Request) => latest.current.ask(name, passPhrase);
    return new Session(makeRoom(), ask, () => latest.current.takeTracks());
  });
  useEffect(() => session.attach(), [session]);
  const { answer, access, onAnswerTaken } = props;
  const taken = useRef(onAnswerTaken);
  taken.current = onAnswerTaken;
  useEffect(() => {
    if (!answer.id) return;
    session.hear(answer);
    taken.current(answer.id);
    // Each answer counts once, whatever else is rendered.
  }, [session, answer.id]);
  useEffect(() => session.askAgain(), [session, access.id]);
  return session;
}

/** A host who closes the tab by mistake leaves others without one: the browser asks first. */
function useLeaveGuard(session: Session, isHostInside: boolean): void {
  useEffect(() => {
    if (!isHostInside) return undefined;
    const guard = (event: BeforeUnloadEvent) => {
      if (session.room.remoteParticipants.size > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", guard);
    return () => window.removeEventListener("beforeunload", guard);
  }, [session, isHostInside]);
}

/** The code of the meeting at this address. */
const code = () => window.location.pathname.split("/").pop() ?? "";

/** This tab's place among those of the browser: held during the call, and the call ends where another takes it. */
function useOwnPlace(session: Session, phase: Phase): TabPlace {
  const place = useTabPlace(`parley-meeting:${code()}`, phase === "lobby");
  const { take, release } = place;
  useEffect(() => {
    if (phase === "call") take(() => void session.giveWay());
    else release();
  }, [session, phase, take, release]);
  return place;
}

function useTitle(subject: string, brand: string): void {
  useEffect(() => {
    document.title = `${subject} · ${brand}`;
  }, [subject, brand]);
}

const NOBODY: WaitingPerson[] = [];

export function MeetingRoom(props: MeetingRoomProps) {
  const words = useMakeWords(props.texts, props.language, props.brand);
  const access = useLastKnown(props.access);
  const [draft, setDraft] = useState<JoinDraft | null>(null);
  const savable = useRef<Savable[]>([]);
  const keepSavable = useCallback((now: Savable[]) => void (savable.current = now), []);
  const handOver = useRef<() => Promise<OwnTracks>>(async () => ({}));
  const session = useSession(
    props,
    useCallback(() => handOver.current(), []),
  );
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const isOutside = ["lobby", "asking", "waiting", "connecting"].includes(state.phase);
  const accessEnd = state.phase === "lobby" ? ACCESS_ENDS[access.status] : undefined;
  const media = useOwnMedia(isOutside && !accessEnd && access.status !== "loading");
  handOver.current = media.handOver;
  const place = useOwnPlace(session, state.phase);
  const isHost = state.phase === "call" ? state.role === "host" : access.is_host && !accessEnd && isOutside;
  const waiting = isHost ? props.desk.waiting : NOBODY;
  useWatch(isHost, props.desk, props.onWatch);
  useTitle(titleWith(waiting.length, state.subject || access.subject || words.t("room_title")), props.brand);
  useLeaveGuard(session, state.phase === "call" && isHost);

  const typed = draft ?? { name: access.suggested_name, passPhrase: "" };
  const end: FarewellKind | undefined = state.phase === "over" ? (state.end ?? "left") : accessEnd;
  const again = () => (state.phase === "over" ? session.again() : window.location.reload());
  if (state.phase === "call") {
    return (
      <WordsProvider value={words}>
        <RoomContext.Provider value={session.room}>
          <Call
            room={session.room}
            state={state}
            isLocked={props.isLocked}
            notice={props.notice}
            onSavable={keepSavable}
            onWant={session.want}
            onLeave={() => void session.leave()}
            onEnd={props.onEnd}
            onMute={props.onMute}
            onRemove={props.onRemove}
            onLock={props.onLock}
            desk={props.desk}
            invitation={access.is_host ? access.invitation : ""}
            onAdmit={props.onAdmit}
            onRefuse={props.onRefuse}
            onHandOver={props.onHandOver}
          />
        </RoomContext.Provider>
      </WordsProvider>
    );
  }
  return (
    <WordsProvider value={words}>
      <div className="min-h-dvh bg-surface text-ink">
        {props.children}
        {end ? (
          <Farewell
            kind={end}
            homePath={props.homePath}
            meetingsPath={props.meetingsPath}
            againPath={props.hostedPath && `${props.hostedPath}/${code()}`}
            savable={savable.current}
            detail={accessEnd ? access.message : ""}
            onAgain={again}
          />
        ) : (
          <Lobby
            access={access}
            state={state}
            media={media}
            draft={typed}
            isElsewhere={place.isElsewhere}
            waiting={waiting}
            onDraft={setDraft}
            onJoin={() => session.join(typed)}
            onCancel={() => {
              session.cancel();
              props.onStopWaiting();
            }}
          />
        )}
      </div>
    </WordsProvider>
  );
}
