/**
 * One person's part in a meeting's encryption: the group gives the keys, livekit-client's worker seals with them, and the
 * watch says whether all holds. It lives as long as the page; coming in again is another `enter`.
 */
import { type Room, RoomEvent } from "livekit-client";

import { type Problem, isAssured, type KeyState, problems } from "./assurance";
import { sendKeyFrames } from "./frames/keyFrames";
import type { TallyMessage } from "./frames/tally";
import { GroupEnded, type GroupEvent, type GroupPhase, type GroupSnapshot, type Member } from "./groupKeys";
import { KeySchedule, type KeyTarget, RING, type Timers } from "./keySchedule";
import { EncryptionWatch } from "./watch";
import type { Entrance } from "./workerMessages";

/** What of `GroupClient` is used here. */
export interface Group {
  readonly snapshot: GroupSnapshot;
  enter: (entrance: Entrance) => void;
  renew: (token: string) => void;
  leave: () => void;
  subscribe: (listener: (event: GroupEvent) => void) => () => void;
}

/** What of the frame worker is used here; the rest is livekit-client's. */
export interface FrameWorker {
  addEventListener: (type: "message", listener: (event: MessageEvent<{ kind?: string }>) => void) => void;
}

export interface EncryptionState {
  group: GroupSnapshot;
  /** Identity → who it is; names and roles come from here alone. */
  members: ReadonlyMap<string, Member>;
  /** The worst first. */
  problems: ReadonlyArray<Problem>;
  /** Whether the lock may be shown closed. */
  isAssured: boolean;
}

/** How long coming in may take before it is tried anew, in milliseconds. */
export const ENTER_MS = 20_000;

const KEY_STATES: Record<GroupPhase, KeyState> = {
  connecting: "joining",
  joining: "joining",
  in: "ready",
  mending: "away",
  forked: "forked",
  ended: "none",
};

const TIMERS: Timers = {
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

async function randomKey(): Promise<CryptoKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits", "deriveKey"]);
}

function isSame(some: ReadonlyArray<Problem>, others: ReadonlyArray<Problem>): boolean {
  return some.length === others.length && some.every(({ kind, identity }, at) => others[at].kind === kind && others[at].identity === identity);
}

export class MeetingEncryption {
  private state: EncryptionState;
  private readonly watch: EncryptionWatch;
  private readonly listeners = new Set<() => void>();
  private schedule: KeySchedule | null = null;
  private hasOwnKey = false;
  private waiting: Array<() => void> = [];

  constructor(
    private readonly room: Room,
    private readonly group: Group,
    private readonly target: KeyTarget,
    frames: FrameWorker,
    private readonly timers: Timers = TIMERS,
  ) {
    this.state = { group: group.snapshot, members: new Map(), problems: [], isAssured: false };
    this.watch = new EncryptionWatch(room, this.judge);
    frames.addEventListener("message", ({ data }) => {
      if (data.kind === "tally") this.watch.hearTally((data as TallyMessage).data);
      if (data.kind === "sealing") void sendKeyFrames(room);
    });
  }

  /** Begin to follow room and group; the returned function ends it and leaves the group. */
  attach = (): (() => void) => {
    const ends = [this.watch.attach(), this.group.subscribe(this.hear)];
    return () => {
      for (const end of ends) end();
      this.leave();
    };
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): EncryptionState => this.state;

  /** Messages that are not sealed were dropped. */
  countPlain = (): void => this.watch.countPlain();

  /** Resolves once all members, also those who have just come, can read what is sent: soon. */
  settled = (): Promise<void> => {
    if (!this.schedule?.isSwitching) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  };

  isMember = (identity: string): boolean => this.state.members.has(identity);

  /**
   * Come into the group, or back into it with a newer token, and have the room seal all that is sent. Resolves once both
   * is so and the room is connected. Rejects with GroupEnded, or with Error when it takes too long.
   */
  async enter(entrance: Entrance): Promise<void> {
    const { phase } = this.group.snapshot;
    if (phase === "in" || phase === "mending") this.group.renew(entrance.token);
    else this.begin(entrance);
    await this.room.setE2EEEnabled(true);
    await this.until(() => this.hasOwnKey && this.group.snapshot.phase === "in" && this.room.isE2EEEnabled);
  }

  /** Out of the group: the others change their keys. */
  leave = (): void => {
    this.reset();
    this.group.leave();
  };

  private begin(entrance: Entrance): void {
    this.reset();
    this.group.enter(entrance);
  }

  private reset(): void {
    this.schedule?.end();
    this.schedule = null;
    this.hasOwnKey = false;
    this.settle();
  }

  /** Looks at every change of the group and of the room's sealing. What we left before may still be told, and ends nothing. */
  private until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        stop();
        act();
      };
      const look = () => {
        const { phase, reason } = this.group.snapshot;
        const isOver = phase === "forked" || (phase === "ended" && reason !== "left");
        if (isOver) settle(() => reject(new GroupEnded(reason ?? "forked")));
        else if (isTrue()) settle(resolve);
      };
      const cancel = this.timers.after(ENTER_MS, () => settle(() => reject(new Error("no keys yet"))));
      const unsubscribe = this.group.subscribe(() => queueMicrotask(look));
      this.room.on(RoomEvent.ParticipantEncryptionStatusChanged, look);
      const stop = () => {
        cancel();
        unsubscribe();
        this.room.off(RoomEvent.ParticipantEncryptionStatusChanged, look);
      };
      queueMicrotask(look);
    });
  }

  private hear = (event: GroupEvent): void => {
    if (event.type === "epoch") return this.scheduled().begin(event);
    const { phase, members, identity, allReady } = event.snapshot;
    this.schedule?.allReady(allReady);
    const known = new Map(members.map((member) => [member.identity, member]));
    this.watch.hearGroup({ keys: KEY_STATES[phase], identity, members: new Set(known.keys()) });
    this.set({ group: event.snapshot, members: known });
  };

  private scheduled(): KeySchedule {
    this.schedule ??= new KeySchedule({
      identity: this.group.snapshot.identity,
      target: this.target,
      timers: this.timers,
      randomKey,
      ring: RING,
      switched: () => {
        this.hasOwnKey = true;
        this.settle();
      },
    });
    return this.schedule;
  }

  private settle(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private judge = (): void => {
    const now = Date.now();
    const facts = this.watch.facts();
    const found = problems(facts, now);
    const is = isAssured(facts, now);
    if (is !== this.state.isAssured || !isSame(found, this.state.problems)) this.set({ problems: found, isAssured: is });
  };

  private set(change: Partial<EncryptionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
