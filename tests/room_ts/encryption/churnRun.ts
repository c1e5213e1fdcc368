/**
 * Many members of one meeting who come, go, reload, remove each other and crash at random, and what must hold after it.
 *
 * The same for a delivery service in memory and for the real one: all that is asked of it is a socket.
 */
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { GroupSession, type SessionConfig } from "../../../conference_app/room/encryption/groupSession";
import type { MlsGroup } from "../../../conference_app/room/encryption/mls";
import type { After, Socket } from "../../../conference_app/room/encryption/serviceLink";
import { FrameLog, type Held } from "./churnFrames";
import { CommitLog } from "./commitLog";
import { CrashSocket } from "./crashSocket";

export interface Person {
  identity: string;
  token: string;
  /** Of all but the leaf, which is new whenever they come anew. */
  config: Omit<SessionConfig, "leaf" | "token">;
}

export interface ChurnOptions {
  people: ReadonlyArray<Person>;
  open: () => Socket;
  after: After;
  seed: number;
  steps: number;
  /** Members at a time at most. */
  limit: number;
  /** What pauses between steps are multiplied by; sessions' own timers are not. */
  pace: number;
  /** Somebody has left without a word: tells a service in memory, which has no clock. */
  left: (identity: string) => void;
}

export interface ChurnResult {
  seed: number;
  done: Record<string, number>;
  epochs: number;
  members: number;
  codes: number;
  /** Those who had left or were removed and read as far as they could. */
  leavers: number;
  newcomers: number;
  /** Frames that members opened of those of their epoch, and that others tried in vain to open: of all of them. */
  opened: number;
  tried: number;
  problems: string[];
}

interface Present {
  person: Person;
  config: SessionConfig;
  session: GroupSession;
  socket: CrashSocket | null;
  first: MlsGroup | null;
  last: MlsGroup | null;
  firstHeld: Held | null;
  lastHeld: Held | null;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class Churn {
  private readonly random: () => number;
  private readonly present: Present[] = [];
  private readonly leavers: MlsGroup[] = [];
  private readonly newcomers: MlsGroup[] = [];
  private readonly log = new CommitLog();
  private readonly frames = new FrameLog();
  /** What those had last who left, and those first who came. */
  private readonly heldLast: Held[] = [];
  private readonly heldFirst: Held[] = [];
  private readonly done: Record<string, number> = { join: 0, leave: 0, reload: 0, remove: 0, refresh: 0, crash: 0, cut: 0 };

  constructor(private readonly options: ChurnOptions) {
    this.random = numbers(options.seed);
  }

  async run(): Promise<ChurnResult> {
    this.join(this.options.people[0]);
    for (let step = 0; step < this.options.steps; step++) {
      this.step();
      // Some steps follow when the one before is through, some into the middle of it.
      if (this.random() < 0.6) await this.someMoments();
    }
    await this.settled();
    const result = await this.result();
    for (const { session } of this.present) session.leave();
    return result;
  }

  private pick<T>(list: ReadonlyArray<T>): T {
    return list[Math.floor(this.random() * list.length)];
  }

  private someMoments(): Promise<void> {
    return new Promise((resolve) => void this.options.after(this.options.pace * (200 + this.random() * 1500), resolve));
  }

  private step(): void {
    const dice = this.random();
    const [host, ...others] = this.present;
    if (others.length === 0 || (dice < 0.4 && this.present.length < this.options.limit)) return this.joinSomebody();
    const one = this.pick(others);
    if (dice < 0.52) return this.leave(one);
    if (dice < 0.64) return this.remove(host, one);
    if (dice < 0.78) return this.reload(this.pick(this.present));
    if (dice < 0.86) return this.crash(one);
    if (dice < 0.93) return this.cut(this.pick(this.present));
    this.done.refresh++;
    this.pick(this.present).session.refresh();
  }

  private joinSomebody(): void {
    const taken = new Set(this.present.flatMap(({ person, session }) => [person.identity, ...session.snapshot.members.map(({ identity }) => identity)]));
    const free = this.options.people.filter(({ identity }) => !taken.has(identity));
    if (free.length > 0) this.join(this.pick(free));
  }

  private join(person: Person): void {
    this.done.join++;
    this.start(person, { ...person.config, token: person.token, leaf: newKeyPair() });
  }

  private start(person: Person, config: SessionConfig): void {
    const present: Present = { person, config, socket: null, first: null, last: null, firstHeld: null, lastHeld: null } as Present & { session: GroupSession };
    const open = () => (present.socket = new CrashSocket(this.options.open(), this.log.messages, () => this.leave(present)));
    present.session = new GroupSession(config, open, this.options.after, this.random);
    present.session.subscribe((event) => {
      if (event.type === "epoch") this.heard(present, event);
      const { current } = present.session;
      present.first ??= current;
      present.last = current ?? present.last;
    });
    // The organizer stays the first, also after a reload.
    if (person === this.options.people[0]) this.present.unshift(present);
    else this.present.push(present);
    present.session.start();
  }

  private heard(present: Present, held: Held): void {
    present.session.ready(held.epoch);
    present.firstHeld ??= held;
    present.lastHeld = held;
    this.frames.say(present.person.identity, held);
  }

  private stop(present: Present): void {
    present.session.leave();
    this.present.splice(this.present.indexOf(present), 1);
    if (present.first) this.newcomers.push(present.first);
    if (present.firstHeld) this.heldFirst.push(present.firstHeld);
  }

  private leave(present: Present): void {
    if (!this.present.includes(present)) return;
    this.done.leave++;
    this.stop(present);
    this.left(present);
    this.options.left(present.person.identity);
  }

  private left({ last, lastHeld }: Present): void {
    if (last) this.leavers.push(last);
    if (lastHeld) this.heldLast.push(lastHeld);
  }

  private remove(host: Present, present: Present): void {
    this.done.remove++;
    this.stop(present);
    this.left(present);
    host.session.remove(present.person.identity);
    this.options.left(present.person.identity);
  }

  /** A browser says that its page goes, unless it has no time for it. */
  private reload(present: Present): void {
    this.done.reload++;
    if (this.random() < 0.5) present.socket?.die();
    this.stop(present);
    this.start(present.person, present.config);
  }

  /** The line breaks and the browser dies with it, in the moment of the next commit. */
  private crash(present: Present): void {
    this.done.crash++;
    if (present.socket) present.socket.crash = this.random() < 0.5 ? "before" : "after";
    present.session.refresh();
  }

  private cut({ session }: Present): void {
    this.done.cut++;
    session.wake();
  }

  /** Everybody who is here is in, and nobody else. */
  private isSettled(): boolean {
    const here = this.present.map(({ person }) => person.identity).sort().join();
    return this.present.every(({ session }) => {
      const members = session.snapshot.members.map(({ identity }) => identity).sort().join();
      return session.snapshot.phase === "in" && members === here && session.snapshot.epoch === this.present[0].session.snapshot.epoch;
    });
  }

  /** Those who are still to crash do so, and it becomes quiet. */
  private async settled(): Promise<void> {
    for (const one of this.present.filter(({ socket }) => socket?.crash)) one.socket!.crash = null;
    while (!this.isSettled()) {
      const over = this.present.find(({ session }) => session.snapshot.phase === "forked" || session.snapshot.phase === "ended");
      if (over) throw new Error(`${over.person.identity} is ${over.session.snapshot.phase} ${over.session.snapshot.reason}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Who has left tries what was said later, who came what was said before, and who is here what is said now. */
  private async strangers(problems: string[]): Promise<{ opened: number; tried: number }> {
    let tried = 0;
    const look = async (held: Held, wanted: (epoch: number) => boolean, problem: string) => {
      const found = await this.frames.opened(held, wanted);
      tried += found.tried;
      if (found.opened > 0) problems.push(problem);
    };
    for (const held of this.heldLast) await look(held, (epoch) => epoch > held.epoch, "somebody who left opens what was said later");
    for (const held of this.heldFirst) await look(held, (epoch) => epoch < held.epoch, "somebody opens what was said before they came");
    const held = this.present[0].lastHeld!;
    const { opened, tried: here } = await this.frames.opened(held, (epoch) => epoch === held.epoch);
    if (opened === 0 || opened < here) problems.push("a member can't open what is said now");
    return { opened, tried };
  }

  private async result(): Promise<ChurnResult> {
    const codes = new Set(this.present.map(({ session }) => session.snapshot.epochCode));
    const { epoch } = this.present[0].session.snapshot;
    const problems: string[] = [];
    if (codes.size !== 1) problems.push(`${codes.size} codes`);
    for (const group of this.leavers) if ((await this.log.furthest(group)) >= epoch) problems.push("somebody who left can follow");
    for (const group of this.newcomers) if ((await this.log.readable(group)) > 0) problems.push("somebody can read what was before them");
    const { opened, tried } = await this.strangers(problems);
    const { seed } = this.options;
    return { seed, opened, tried, done: this.done, epochs: epoch + 1, members: this.present.length, codes: codes.size, leavers: this.leavers.length, newcomers: this.newcomers.length, problems };
  }
}
