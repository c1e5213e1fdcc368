/**
 * One person's way through one meeting: asking to join, the call, losing and finding the connection, the end.
 *
 * It lives outside React and outside Reflex State: neither a re-rendered component nor a restarted app ends a call.
 */
import { type Room, type DisconnectReason, ConnectionState, isBrowserSupported, isE2EESupported, RoomEvent } from "livekit-client";

import type { OwnTracks } from "../devices/devices";
import { GroupEnded } from "../encryption/groupKeys";
import type { Answer } from "../pageMessages";
import { DISCONNECT_ENDS, type EndReason, FINAL_REFUSALS, GROUP_ENDS } from "./endings";
import { Publishing, type Trouble, type Wanted } from "./publishing";
import { type Obstacle, obstacleOf } from "./reach";
import { retryDelay } from "./retries";

export type Phase = "lobby" | "asking" | "waiting" | "connecting" | "call" | "over";

export interface Refusal {
  code: string;
  message: string;
  wait_s: number;
}

export interface SessionState {
  phase: Phase;
  isReconnecting: boolean;
  /** How often connecting has failed since it last worked. */
  failures: number;
  /** What was in the way when connecting failed last. */
  obstacle: Obstacle | null;
  refusal: Refusal | null;
  end: EndReason | null;
  role: string;
  subject: string;
  joinedAt: number;
  /** Whom a waiting guest waits for: the host's coming, or their yes. */
  waitsFor: "host" | "admit";
  /** Whose meeting it is and when it begins, as far as the wait has told. */
  host: string;
  when: string;
  /** The own devices as the person left them, also while no connection carries them. */
  wanted: Wanted;
  /** Devices are being switched on as wanted. */
  isStarting: boolean;
  /** A device that refused to be switched on again; a new object each time. */
  trouble: Trouble | null;
}

/** What the person typed in the lobby; kept to ask again without them. */
export interface Request {
  name: string;
  passPhrase: string;
}

/** What a call needs of the encryption. */
export interface Sealing {
  /** Come into the group, or back. Resolves once all that is said is sealed; rejects with GroupEnded, or Error: try again. */
  enter: (answer: Answer) => Promise<void>;
  leave: () => void;
  /** Calls `ended` when the group ends while nobody waits for `enter`; the returned function stops that. */
  watch: (ended: (reason: GroupEnded["reason"]) => void) => () => void;
}

const START: SessionState = {
  phase: "lobby",
  isReconnecting: false,
  failures: 0,
  obstacle: null,
  refusal: null,
  end: null,
  role: "guest",
  subject: "",
  joinedAt: 0,
  waitsFor: "host",
  host: "",
  when: "",
  wanted: { microphone: false, camera: false },
  isStarting: false,
  trouble: null,
};

/** After this long without an answer the page is asked again: the app behind it may have been restarted. */
const ANSWER_MS = 12000;

export class Session {
  private state = START;
  private listeners = new Set<() => void>();
  private request: Request = { name: "", passPhrase: "" };
  private lastAnswer = "";
  private hasBeenIn = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with every way in: one that was given up must not end in a call. */
  private entry = 0;
  private isConnecting = false;
  /** The group wants a newer token, though the room is connected. */
  private wantsToken = false;
  private readonly publishing: Publishing;

  /** `ask` sends the request to the page, which answers through `hear`. `takeTracks` hands over the open devices. */
  constructor(
    readonly room: Room,
    private readonly sealing: Sealing,
    private readonly ask: (request: Request) => void,
    private readonly takeTracks: () => Promise<OwnTracks>,
  ) {
    this.publishing = new Publishing(room, (wanted, isStarting) => this.set({ wanted, isStarting }));
  }

  /** Begin to listen to the room; the returned function ends it and leaves. React may do both more than once. */
  attach = (): (() => void) => {
    this.room.on(RoomEvent.ConnectionStateChanged, this.onConnection);
    this.room.on(RoomEvent.Disconnected, this.onDisconnected);
    this.room.on(RoomEvent.ParticipantAttributesChanged, this.onAttributes);
    window.addEventListener("pagehide", this.onPageHidden);
    const unfollow = this.publishing.attach();
    const unwatch = this.sealing.watch(this.onGroupEnd);
    return () => {
      clearTimeout(this.timer);
      unfollow();
      unwatch();
      window.removeEventListener("pagehide", this.onPageHidden);
      this.room.off(RoomEvent.ConnectionStateChanged, this.onConnection);
      this.room.off(RoomEvent.Disconnected, this.onDisconnected);
      this.room.off(RoomEvent.ParticipantAttributesChanged, this.onAttributes);
      void this.room.disconnect(true);
    };
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SessionState => this.state;

  /** The person pressed Join. */
  join(request: Request): void {
    if (!isBrowserSupported() || !isE2EESupported()) return this.set({ phase: "over", end: "unsupported" });
    this.request = request;
    this.set({ phase: "asking", refusal: null, end: null, failures: 0, obstacle: null });
    this.sendRequest();
  }

  /** The person no longer wants to wait. */
  cancel(): void {
    clearTimeout(this.timer);
    void this.giveUp();
    this.set({ phase: "lobby", refusal: null, failures: 0, obstacle: null });
  }

  /** The page has forgotten what we asked, as it was loaded anew behind our back, or has waited long enough for us. */
  askAgain(): void {
    if (this.state.phase === "waiting" || this.state.phase === "asking") this.sendRequest();
  }

  /** An answer of the page; the same answer twice counts once. */
  hear(answer: Answer): void {
    if (!answer.id || answer.id === this.lastAnswer) return;
    this.lastAnswer = answer.id;
    const isAsking = ["asking", "waiting", "connecting"].includes(this.state.phase) || this.isRejoining();
    if (!isAsking) return;
    clearTimeout(this.timer);
    if (answer.kind === "admitted") void this.enter(answer);
    else if (answer.kind === "waiting") this.waits(answer);
    else if (answer.kind === "ask_again") this.askAgain();
    else if (answer.kind === "refused") this.refused(answer);
  }

  leave(): Promise<void> {
    return this.end("left");
  }

  /** Another tab of this browser has taken the place. */
  async giveWay(): Promise<void> {
    if (this.state.phase !== "over" && this.state.phase !== "lobby") await this.end("elsewhere");
  }

  /** The own devices as the person wants them while there is no connection to carry it. */
  want = (change: Partial<Wanted>): void => this.publishing.want(change);

  /** Back to the lobby after the end. */
  again(): void {
    this.hasBeenIn = false;
    this.set({ ...START });
  }

  private async end(end: EndReason): Promise<void> {
    clearTimeout(this.timer);
    this.set({ phase: "over", end, isReconnecting: false });
    await this.giveUp();
  }

  /** Out of room and group. */
  private async giveUp(): Promise<void> {
    this.entry += 1;
    this.wantsToken = false;
    this.sealing.leave();
    await this.room.disconnect(true);
  }

  private set(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private isRejoining(): boolean {
    return this.state.phase === "call" && (this.wantsToken || this.room.state === ConnectionState.Disconnected);
  }

  private sendRequest(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sendRequest(), ANSWER_MS);
    this.ask(this.request);
  }

  private waits({ code, host, when }: Answer): void {
    this.set({ phase: "waiting", isReconnecting: false, waitsFor: code === "admit" ? "admit" : "host", host, when });
  }

  /** Somebody has handed the host's rights over to this person. */
  private onAttributes = (changed: Record<string, string>, { isLocal }: { isLocal: boolean }): void => {
    if (isLocal && changed.role) this.set({ role: changed.role });
  };

  private refused(answer: Answer): void {
    const end = FINAL_REFUSALS[answer.code];
    if (!this.hasBeenIn) {
      const refusal = { code: answer.code, message: answer.message, wait_s: answer.wait_s };
      this.set({ phase: "lobby", refusal, failures: 0 });
    } else if (end) void this.end(end);
    else this.retry(answer.wait_s * 1000);
  }

  private async enter(answer: Answer): Promise<void> {
    const phase = this.hasBeenIn ? "call" : "connecting";
    this.set({ phase, role: answer.role, subject: answer.subject || this.state.subject });
    const entry = ++this.entry;
    const obstacle = await this.connect(answer);
    if (entry !== this.entry) return;
    this.wantsToken = false;
    if (obstacle) return this.retry(0, obstacle);
    const joinedAt = this.state.joinedAt || Date.now();
    const isFirst = !this.hasBeenIn;
    this.hasBeenIn = true;
    const tracks = isFirst ? this.takeTracks() : null;
    this.set({ phase: "call", isReconnecting: false, failures: 0, obstacle: null, joinedAt, refusal: null });
    const troubles = await (tracks ? this.publishing.begin(tracks, () => this.state.phase === "call") : this.publishing.goOn());
    for (const trouble of troubles) this.set({ trouble });
  }

  /** What was in the way; null once connected and sealed. Keys and connection come at the same time. */
  private async connect(answer: Answer): Promise<Obstacle | null> {
    let hasAnswered = false;
    this.isConnecting = true;
    const answered = () => void (hasAnswered = true);
    this.room.on(RoomEvent.SignalConnected, answered);
    try {
      await Promise.all([this.sealing.enter(answer), this.room.connect(window.location.origin, answer.token)]);
      return null;
    } catch (error) {
      if (error instanceof GroupEnded) this.onGroupEnd(error.reason);
      await this.room.disconnect(true);
      return obstacleOf(error, hasAnswered);
    } finally {
      this.isConnecting = false;
      this.room.off(RoomEvent.SignalConnected, answered);
    }
  }

  private retry(atLeastMs: number, obstacle: Obstacle | null = this.state.obstacle): void {
    const failures = this.state.failures + 1;
    this.set({ failures, obstacle, isReconnecting: this.hasBeenIn });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sendRequest(), Math.max(atLeastMs, retryDelay(failures)));
  }

  private onConnection = (connection: ConnectionState): void => {
    if (this.state.phase !== "call") return;
    if (connection === ConnectionState.Connected) {
      this.set({ isReconnecting: false, failures: 0, obstacle: null });
      return;
    }
    if (connection === ConnectionState.Reconnecting || connection === ConnectionState.SignalReconnecting) {
      this.set({ isReconnecting: true });
    }
  };

  /** The page goes away: the others see it at once. One that the browser brings back finds its own way in again. */
  private onPageHidden = (): void => void this.room.disconnect(true);

  /**
   * livekit-client has ended the call: for a reason that ends it for us too, or it gave up and we do not.
   *
   * Whoever leaves here has left before it says so. When it calls itself the initiator, as for a frozen page, nobody
   * wanted to go.
   */
  private onDisconnected = (reason?: DisconnectReason): void => {
    if (this.state.phase !== "call" || this.isConnecting) return;
    const end = reason === undefined ? undefined : DISCONNECT_ENDS[reason];
    if (end) return void this.end(end);
    this.set({ isReconnecting: true });
    this.retry(0);
  };

  /** The group let us go: for a reason that ends the call too, or a newer token may bring us back. */
  private onGroupEnd = (reason: GroupEnded["reason"]): void => {
    const end = GROUP_ENDS[reason];
    if (end) void this.end(end);
    else if (this.state.phase === "call" && !this.isConnecting) {
      this.wantsToken = true;
      this.sendRequest();
    }
  };
}
