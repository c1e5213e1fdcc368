/** The meeting page's one component: lobby, call and farewell. Its session outlives every change of the page's State. */
import { RoomContext } from "@livekit/components-react";
import { setLogLevel } from "livekit-client";
import { type ReactNode, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { Call } from "./call/Call";
import type { OwnTracks } from "./devices/devices";
import { pageVault, useLink } from "../components/encryption/page_vault";
import { EncryptionProvider } from "./encryption/EncryptionProvider";
import { admissions, handOverTicket } from "./encryption/hostTickets";
import { makeSealedRoom, type SealedRoom } from "./encryption/sealedRoom";
import { Farewell, type FarewellKind } from "./lobby/Farewell";
import type { JoinDraft } from "./lobby/JoinForm";
import { Lobby } from "./lobby/Lobby";
import { useOwnMedia } from "./lobby/useOwnMedia";
import type { Answer, Desk, MeetingAccess, Notice, WaitingPerson } from "./pageMessages";
import type { Phase, Session } from "./session/session";
import { useReturn } from "./session/useReturn";
import { useSession } from "./session/useSession";
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
  onJoin: (name: string, passPhrase: string, leafKey: string, proof: string) => void;
  onStopWaiting: () => void;
  onAnswerTaken: (id: string) => void;
  onRemove: (identity: string) => void;
  onLock: (isLocked: boolean) => void;
  onEnd: () => void;
  desk: Desk;
  onWatch: () => void;
  /** `tickets`: JSON, by identity. */
  onAdmit: (identity: string, tickets: string) => void;
  onRefuse: (identity: string) => void;
  onHandOver: (identity: string, ticket: string) => void;
}

// Its log names people and rooms, and everything a person needs to know stands on the page.
setLogLevel("silent");

/** The whole link stands in its organizer's address bar, to be read and passed on from there. */
function useOwnLink(meetingId: string): boolean {
  const link = useLink(meetingId);
  const fragment = "fragment" in link ? link.fragment : "";
  useEffect(() => {
    const { pathname, search } = window.location;
    if (fragment) window.history.replaceState(window.history.state, "", `${pathname}${search}#${fragment}`);
  }, [fragment]);
  return meetingId === "" || fragment !== "";
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

/** A host's orders that come with a signature of this browser. */
function signedOrders({ group, encryption }: SealedRoom, { desk, onAdmit, onHandOver }: MeetingRoomProps) {
  return {
    admit: async (identity: string) => {
      const chosen = desk.waiting.filter((one) => identity === "" || one.identity === identity);
      onAdmit(identity, await admissions(group, chosen, window.location.href));
    },
    handOver: async (identity: string) => onHandOver(identity, await handOverTicket(group, encryption.snapshot().members.get(identity))),
  };
}

function Meeting({ sealed, ...props }: MeetingRoomProps & { sealed: SealedRoom }) {
  const words = useMakeWords(props.texts, props.language, props.brand);
  const access = useLastKnown(props.access);
  const [draft, setDraft] = useState<JoinDraft | null>(null);
  const savable = useRef<Savable[]>([]);
  const keepSavable = useCallback((now: Savable[]) => void (savable.current = now), []);
  const handOver = useRef<() => Promise<OwnTracks>>(async () => ({}));
  const session = useSession(
    sealed,
    pageVault,
    props,
    useCallback(() => handOver.current(), []),
  );
  const orders = signedOrders(sealed, props);
  const hasKeys = useOwnLink(access.meeting_id);
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

  const join = (wanted: JoinDraft) => {
    setDraft(wanted);
    session.join(wanted);
  };
  const typed = draft ?? { name: access.suggested_name, passPhrase: "" };
  const mayJoin = hasKeys && state.phase === "lobby" && !accessEnd && access.status !== "loading";
  useReturn(code(), state.phase, typed.name, mayJoin, (name) => join({ name, passPhrase: "" }));
  const end: FarewellKind | undefined = state.phase === "over" ? (state.end ?? "left") : accessEnd;
  const again = () => (state.phase === "over" ? session.again() : window.location.reload());
  if (state.phase === "call") {
    return (
      <WordsProvider value={words}>
        <RoomContext.Provider value={session.room}>
          <EncryptionProvider encryption={sealed.encryption}>
          <Call
            sealed={sealed}
            state={state}
            isLocked={props.isLocked}
            notice={props.notice}
            onSavable={keepSavable}
            onWant={session.want}
            onLeave={() => void session.leave()}
            onEnd={props.onEnd}
            onRemove={props.onRemove}
            onLock={props.onLock}
            desk={props.desk}
            invitation={access.is_host ? access.invitation : ""}
            onAdmit={(identity) => void orders.admit(identity)}
            onRefuse={props.onRefuse}
            onHandOver={(identity) => void orders.handOver(identity)}
          />
          </EncryptionProvider>
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
            hasKeys={hasKeys}
            waiting={waiting}
            onDraft={setDraft}
            onJoin={() => join(typed)}
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

/** A browser that can't seal what it sends is told so, and never comes in. */
function Unable(props: MeetingRoomProps) {
  const words = useMakeWords(props.texts, props.language, props.brand);
  return (
    <WordsProvider value={words}>
      <div className="min-h-dvh bg-surface text-ink">
        {props.children}
        <Farewell kind="unsupported" homePath={props.homePath} meetingsPath={props.meetingsPath} againPath="" savable={[]} />
      </div>
    </WordsProvider>
  );
}

export function MeetingRoom(props: MeetingRoomProps) {
  const [sealed, setSealed] = useState(makeSealedRoom);
  useEffect(() => void sealed?.group.leafKey.catch(() => setSealed(null)), [sealed]);
  return sealed ? <Meeting {...props} sealed={sealed} /> : <Unable {...props} />;
}
