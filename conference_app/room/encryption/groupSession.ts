/**
 * One member's way through a group by way of the delivery service: coming in, following, committing, mending.
 *
 * The service orders commits and keeps the line; it is trusted with nothing else. What the rules forbid ends in
 * "forked", what can't be read in coming in anew under the same leaf. No commit of our own counts before the service
 * has accepted it, and none is ever read back from the log.
 */
import { isSame, toB64 } from "./bytes";
import { epochCode, meetingCode } from "./codes";
import type { Entry, FromService, ServiceState } from "./deliveryWire";
import { goneIdentities, type GoneWords } from "./goneWords";
import { type GroupFacts, groupFacts } from "./groupFacts";
import { type GroupEnd, type GroupEvent, type GroupKeys, type GroupPhase, type GroupSnapshot, NO_GROUP } from "./groupKeys";
import { authenticatorOf, epochOf, groupInfo, joinGroup, type MlsGroup, newGroup, type OwnCommit, processCommit, readGroupInfo, removeMembers, senderKey, updateKeys } from "./mls";
import { isOurs, ownTicket, type Self, signFor } from "./ownTicket";
import { Refused } from "./policy";
import { mayBeOrdered, RANK_MS, rankOf, stillThere } from "./removals";
import { isPinned } from "./rootKeys";
import { type After, retryMs, ServiceLink, type Socket } from "./serviceLink";
import type { Holder, Ticket } from "./tickets";

/** A turn or the answer to a commit comes by then, or the line is begun anew. */
const TURN_MS = 30_000;
const ANSWER_MS = 10_000;
/** A rejoin is an epoch for all: after each that did not help the next waits twice as long. */
const FIRST_MEND_MS = 250;
const LONGEST_MEND_MS = 8000;
const FIRST_REFUSED_MS = 50;
const LONGEST_REFUSED_MS = 4000;
/** How often the leaf that has our identity under another key is waited for, and how long each time. */
const OCCUPIED_TRIES = 10;
const OCCUPIED_MS = 2000;

export interface SessionConfig extends Self {
  /** LiveKit's room token. */
  token: string;
  /** What the link pins; null for those who came without its fragment. */
  rootHash: Uint8Array | null;
}

interface Pending extends OwnCommit {
  /** The epoch that it was made in. */
  epoch: number;
  hasRemoved: boolean;
}

const ENDS: ReadonlySet<string> = new Set<GroupEnd>(["removed", "ended", "refused", "full", "protocol"]);

export class GroupSession implements GroupKeys {
  snapshot: GroupSnapshot = NO_GROUP;
  private readonly link: ServiceLink;
  private readonly listeners = new Set<(event: GroupEvent) => void>();
  private facts: GroupFacts | null = null;
  private service: ServiceState | null = null;
  private ticket: Ticket | null = null;
  private group: MlsGroup | null = null;
  private keys: ReadonlyMap<string, CryptoKey> = new Map();
  private pending: Pending | null = null;
  private gone = new Set<string>();
  /** Whom we, as a host, have ordered out. */
  private readonly ordered = new Set<string>();
  /** We can no longer follow, or never could: only coming in anew helps. */
  private isLost = true;
  private wantsJoin = true;
  private wantsRemoval = false;
  private wantsUpdate = false;
  private isTurnAsked = false;
  private isHeld = false;
  private mends = 0;
  private refusals = 0;
  private occupied = 0;
  private forgetAnswer = () => {};
  private forgetHold = () => {};
  private forgetRemoval: (() => void) | null = null;

  /** `open` begins a connection to the service. */
  constructor(
    private readonly config: SessionConfig,
    open: () => Socket,
    private readonly after: After,
    random?: () => number,
  ) {
    const hello = () => ({ type: "hello" as const, v: 1 as const, token: this.config.token, since: this.epoch });
    this.link = new ServiceLink(open, after, { hello, heard: this.heard, lost: this.lost }, random);
  }

  start(): void {
    this.link.connect();
  }

  leave(): void {
    this.end("left");
  }

  /** The line may be dead without a sign of it: open it anew. */
  wake(): void {
    this.link.restart();
  }

  /** A newer token for the next connection. */
  renew(token: string): void {
    this.config.token = token;
  }

  /** Take somebody out by right, whatever the service says; in vain for those who have none. */
  remove(identity: string): void {
    this.ordered.add(identity);
    this.wantsRemoval = true;
    this.advance();
  }

  /** Change the keys of our own leaf at the next opportunity. */
  refresh(): void {
    this.wantsUpdate = true;
    this.advance();
  }

  /** A ticket for somebody else; null when we may not sign it or are not connected. */
  signFor(kind: "cohost" | "admitted", holder: Holder, leafKey: Uint8Array<ArrayBuffer>): Promise<Ticket | null> {
    return this.facts ? signFor(this.facts, this.config, this.ticket, kind, holder, leafKey) : Promise.resolve(null);
  }

  keyFor(identity: string): CryptoKey | undefined {
    return this.keys.get(identity);
  }

  subscribe(listener: (event: GroupEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What only members know, for tests and for keys of other things; null while we are not in. */
  get current(): MlsGroup | null {
    return this.snapshot.phase === "in" ? this.group : null;
  }

  private get epoch(): number {
    return this.group ? epochOf(this.group) : -1;
  }

  private get isOver(): boolean {
    return this.snapshot.phase === "forked" || this.snapshot.phase === "ended";
  }

  private tell(event: GroupEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private set(change: Partial<GroupSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.tell({ type: "snapshot", snapshot: this.snapshot });
  }

  private heard = async (frame: FromService): Promise<void> => {
    if (this.isOver) return;
    switch (frame.type) {
      case "state": return this.onState(frame);
      case "turn": return this.onTurn(frame.epoch, frame.info, frame.gone);
      case "accepted": return this.onAccepted(frame.epoch);
      case "refused": return this.onRefused();
      case "entry": return this.onEntry(frame);
      case "gone": return this.onGone(frame.identity);
      case "back": return void this.gone.delete(frame.identity);
      case "ticket": return this.onTicket(frame.ticket);
      case "end": return this.end(ENDS.has(frame.reason) ? (frame.reason as GroupEnd) : "protocol");
    }
  };

  /** Turns and answers go with the line; a commit that nobody answered may still turn up in the log. */
  private lost = (): void => {
    this.isTurnAsked = false;
    this.forgetAnswer();
    if (this.snapshot.phase === "in") this.set({ phase: "mending" });
  };

  private async onState(service: ServiceState): Promise<void> {
    if (service.driver !== "mls") return this.end("version");
    const { rootHash } = this.config;
    if (rootHash && !(await isPinned(service.root, new Uint8Array(rootHash)))) return this.end("root");
    const facts = groupFacts(service.room, service.root, service.serverKey);
    if (this.facts && !isSame(this.facts.groupId, facts.groupId)) return this.end("ended");
    if (service.epoch < this.epoch) return void this.fork();
    this.facts = facts;
    this.service = service;
    this.gone = new Set(service.gone);
    this.ticket = await ownTicket(facts, service, this.config);
    if (!this.ticket && this.config.right.kind !== "ticket") return this.end("ticket");
    this.link.settled();
    this.set({ identity: service.identity, code: await meetingCode(facts.groupId, facts.rootPublic) });
    await this.catchUp(service);
  }

  private async catchUp({ entries, restart, epoch }: ServiceState): Promise<void> {
    if (restart) this.isLost = this.wantsJoin = true;
    for (const entry of entries) await this.onEntry(entry);
    this.pending = null;
    if (this.isOver) return;
    if (!this.isLost && this.epoch !== epoch) return this.mend();
    this.set({ phase: !this.isLost ? "in" : this.group ? "mending" : "joining" });
    this.watchGone();
    this.advance();
  }

  /** Ask for a turn if there is something to commit and nothing under way. */
  private advance = (): void => {
    const wants = this.wantsJoin ? this.ticket !== null : this.wantsRemoval || this.wantsUpdate;
    if (this.isOver || this.isHeld || this.isTurnAsked || this.pending || !this.service || !wants) return;
    if (!this.link.send({ type: "turn" })) return;
    this.isTurnAsked = true;
    this.await(TURN_MS);
  };

  private await(ms: number): void {
    this.forgetAnswer();
    this.forgetAnswer = this.after(ms, () => this.link.restart());
  }

  /** Nothing is asked for until `ms` have passed. */
  private hold(ms: number): void {
    this.forgetHold();
    this.isHeld = true;
    this.forgetHold = this.after(ms, () => {
      this.isHeld = false;
      this.advance();
    });
  }

  private async onTurn(epoch: number, info: Uint8Array<ArrayBuffer>, words: GoneWords): Promise<void> {
    this.isTurnAsked = false;
    this.forgetAnswer();
    try {
      const own = await (this.wantsJoin ? this.joining(epoch, info) : this.change(epoch, words));
      if (own) await this.propose(epoch, own);
      else this.pass();
    } catch {
      // Nothing of it counts: no key comes from what could not be read or kept no rule.
      this.pass();
      this.mend();
    }
  }

  private pass(): void {
    this.link.send({ type: "pass" });
    if (!this.isOver && !this.isHeld) this.hold(FIRST_REFUSED_MS);
  }

  private async propose(epoch: number, own: OwnCommit): Promise<void> {
    const hasRemoved = this.group !== null && own.group.members.length < this.group.members.length;
    this.pending = { ...own, epoch, hasRemoved };
    const info = toB64(await groupInfo(own.group));
    this.link.send({ type: "commit", epoch, message: toB64(own.message), info });
    this.await(ANSWER_MS);
  }

  /** Our way in: the first creates the group. Null when it is not to be done now. */
  private async joining(epoch: number, info: Uint8Array<ArrayBuffer>): Promise<OwnCommit | null> {
    const { facts, ticket, config } = this;
    if (!facts || !ticket) return null;
    if (epoch < this.epoch) return this.fork();
    if (epoch === -1) return { message: new Uint8Array(), group: await newGroup(facts, config.leaf, ticket) };
    const outside = await readGroupInfo(facts, info);
    if (outside.epoch !== epoch) throw new Error("another epoch than the service says");
    const key = toB64(config.leaf.publicKey);
    if (outside.members.some((one) => one.identity === ticket.identity && one.key !== key)) return this.wait();
    this.occupied = 0;
    return joinGroup(outside, config.leaf, ticket);
  }

  /** Somebody has our identity with another key: until they are removed nobody would let us in. */
  private wait(): null {
    this.occupied += 1;
    if (this.occupied >= OCCUPIED_TRIES) this.end("identity");
    else this.hold(OCCUPIED_MS);
    return null;
  }

  private async change(epoch: number, words: GoneWords): Promise<OwnCommit | null> {
    if (!this.group || epoch !== this.epoch) return null;
    const removal = this.wantsRemoval ? await this.removal(this.group, words) : null;
    if (removal) return removal;
    return this.wantsUpdate ? updateKeys(this.group) : null;
  }

  /** Of those whom the server calls gone in this epoch, and those whom we have ordered out. Null when there is nobody. */
  private async removal(group: MlsGroup, words: GoneWords): Promise<OwnCommit | null> {
    const { identity } = this.snapshot;
    const gone = await goneIdentities(group.book.facts, BigInt(epochOf(group)), words);
    const called = stillThere(group.members, gone, identity);
    const targets = new Set([...called, ...mayBeOrdered(group.members, this.ordered, identity)]);
    if (targets.size > 0) {
      const said = words.filter((word) => called.some((target) => target.identity === word.identity));
      return removeMembers(group, [...targets].map(({ leaf }) => leaf), said);
    }
    this.wantsRemoval = false;
    this.ordered.clear();
    this.watchGone(RANK_MS);
    return null;
  }

  private async onAccepted(epoch: number): Promise<void> {
    const { pending } = this;
    this.forgetAnswer();
    if (!pending) return;
    if (epoch !== pending.epoch + 1) return this.mend();
    await this.adoptOwn(pending);
  }

  private async adoptOwn({ group, hasRemoved }: Pending): Promise<void> {
    this.pending = null;
    this.refusals = 0;
    if (this.wantsJoin) this.wantsJoin = this.isLost = false;
    else if (this.wantsRemoval) this.wantsRemoval = false;
    else this.wantsUpdate = false;
    await this.adopt(group, hasRemoved);
  }

  private onRefused(): void {
    this.pending = null;
    this.isTurnAsked = false;
    this.forgetAnswer();
    this.hold(retryMs(this.refusals++, FIRST_REFUSED_MS, LONGEST_REFUSED_MS));
  }

  private async onEntry({ epoch, message }: Entry): Promise<void> {
    const { group, pending } = this;
    if (!group || this.isLost || this.isOver || epoch <= this.epoch) return;
    if (epoch !== this.epoch + 1) return this.mend();
    if (pending && pending.epoch + 1 === epoch && isSame(pending.message, message)) return this.adoptOwn(pending);
    this.pending = null;
    try {
      const next = await processCommit(group, message);
      if (!next) return this.mend();
      this.mends = 0;
      await this.adopt(next, next.members.length < group.members.length);
    } catch (error) {
      if (error instanceof Refused) return void this.fork();
      this.mend();
    }
  }

  private async adopt(group: MlsGroup, hasRemoved: boolean): Promise<void> {
    this.group = group;
    const keys = await Promise.all(group.members.map(async ({ identity }) => [identity, await senderKey(group, identity)] as const));
    this.keys = new Map(keys);
    const { epoch } = this;
    this.set({ phase: "in", epoch, members: group.members, epochCode: await epochCode(authenticatorOf(group)) });
    this.tell({ type: "epoch", epoch, keys: this.keys, hasRemoved });
    this.watchGone();
    this.advance();
  }

  private onGone(identity: string): void {
    this.gone.add(identity);
    this.watchGone();
  }

  /** When our rank's time has come and they are still there, we remove those who are gone. */
  private watchGone(atLeastMs = 0): void {
    const { members, identity } = this.snapshot;
    const isDue = this.snapshot.phase === "in" && stillThere(members, this.gone, identity).length > 0;
    if (!isDue || this.wantsRemoval || this.forgetRemoval) return;
    const ms = Math.max(atLeastMs, rankOf(members, this.gone, identity) * RANK_MS);
    this.forgetRemoval = this.after(ms, () => {
      this.forgetRemoval = null;
      const { phase, members: now } = this.snapshot;
      this.wantsRemoval = phase === "in" && stillThere(now, this.gone, identity).length > 0;
      this.advance();
    });
  }

  /** A host has signed a ticket for us: with another role we come in anew under our own leaf. */
  private async onTicket(ticket: Ticket): Promise<void> {
    const { facts, service } = this;
    if (!facts || !service || !(await isOurs(facts, ticket, service.identity, this.config))) return;
    if (JSON.stringify(ticket) === JSON.stringify(this.ticket)) return;
    this.ticket = ticket;
    this.wantsJoin = true;
    this.advance();
  }

  /** We can't follow: come in anew under the same leaf. */
  private mend(): void {
    if (this.isOver) return;
    this.pending = null;
    this.isLost = this.wantsJoin = true;
    this.set({ phase: this.group ? "mending" : "joining" });
    this.hold(retryMs(this.mends++, FIRST_MEND_MS, LONGEST_MEND_MS));
  }

  /** The others, or the service, went where no honest member goes: no further keys, and never quietly on. */
  private fork(): null {
    this.stop("forked", null);
    return null;
  }

  private end(reason: GroupEnd): void {
    this.stop("ended", reason);
  }

  private stop(phase: GroupPhase, reason: GroupEnd | null): void {
    if (this.isOver) return;
    this.link.stop();
    this.forgetAnswer();
    this.forgetHold();
    this.forgetRemoval?.();
    this.group = null;
    this.pending = null;
    this.keys = new Map();
    this.set({ phase, reason, members: [] });
  }
}
