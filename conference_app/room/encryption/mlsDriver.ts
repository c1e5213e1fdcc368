/**
 * One member's way through an MLS group: coming in, following, committing, mending.
 *
 * What the rules forbid ends in a fork, what can't be read in coming in anew under the same leaf.
 */
import { toB64 } from "./bytes";
import { epochCode } from "./codes";
import type { Entry, ServiceState } from "./deliveryWire";
import type { Driver, DriverFrame, DriverHost } from "./driver";
import { authenticatorOf, epochOf, groupInfo, isAlone, joinGroup, type MlsGroup, newGroup, type OwnCommit, processCommit, readGroupInfo, senderKey, updateKeys } from "./mls";
import { type Made, OwnCommits, type Purpose } from "./ownCommits";
import { Refused } from "./policy";
import { RemovalDuty } from "./removalDuty";
import { hasRemoved } from "./removals";
import { retryMs } from "./serviceLink";
import { Turns } from "./turns";

/** A rejoin is an epoch for all: after each that did not help the next waits twice as long. */
const FIRST_MEND_MS = 250;
const LONGEST_MEND_MS = 8000;
/** How often we leave for the others to remove the leaf that has our identity under another key, and for how long. */
const OCCUPIED_TRIES = 6;
const OCCUPIED_MS = 1000;

type Turn = Extract<DriverFrame, { type: "turn" }>;

export class MlsDriver implements Driver {
  group: MlsGroup | null = null;
  private readonly own = new OwnCommits();
  private readonly turns: Turns;
  private readonly duty: RemovalDuty;
  /** The service has told where it stands over this connection. */
  private isKnown = false;
  /** We can no longer follow, or never could: only coming in anew helps. */
  private isLost = true;
  private wantsJoin = true;
  private wantsUpdate = false;
  private mends = 0;
  private occupied = 0;

  constructor(private readonly host: DriverHost) {
    this.turns = new Turns(host.link, host.after, () => this.advance());
    this.duty = new RemovalDuty(host.after, () => host.snapshot, () => this.advance());
  }

  get epoch(): number {
    return this.group ? epochOf(this.group) : -1;
  }

  async begin({ entries, restart, epoch, gone }: ServiceState): Promise<void> {
    if (epoch < this.epoch) return this.host.fork();
    this.duty.hearAll(gone);
    if (restart) this.isLost = this.wantsJoin = true;
    for (const entry of entries) await this.onEntry(entry);
    if (this.host.isOver) return;
    this.isKnown = true;
    if (!this.isLost && this.epoch !== epoch) return this.mend();
    this.host.set({ phase: !this.isLost ? "in" : this.group ? "mending" : "joining" });
    this.duty.watch();
    this.advance();
  }

  async hear(frame: DriverFrame): Promise<void> {
    switch (frame.type) {
      case "turn": return this.onTurn(frame);
      case "accepted": return this.onAccepted(frame.epoch);
      case "refused": return this.onRefused();
      case "entry": return this.onEntry(frame);
      case "gone": return this.duty.hearGone(frame.identity);
      case "back": return this.duty.hearBack(frame.identity);
    }
  }

  /** A commit that nobody answered may still turn up in the log. */
  lost(): void {
    this.isKnown = false;
    this.own.unanswered();
    this.turns.reset();
  }

  ticketChanged(): void {
    this.wantsJoin = true;
    this.advance();
  }

  remove(identity: string): void {
    this.duty.order(identity);
  }

  refresh(): void {
    this.wantsUpdate = true;
    this.advance();
  }

  stop(): void {
    this.turns.stop();
    this.duty.stop();
    this.own.clear();
    this.group = null;
  }

  /** What there is to commit, the most urgent. */
  private get purpose(): Purpose | null {
    if (this.wantsJoin) return this.host.ticket ? "join" : null;
    if (this.duty.isDue) return "removal";
    return this.wantsUpdate ? "update" : null;
  }

  /** Ask for a turn if there is something to commit and nothing under way. */
  private advance(): void {
    if (this.isKnown && !this.host.isOver && !this.own.pending && this.purpose) this.turns.ask();
  }

  private async onTurn(turn: Turn): Promise<void> {
    const { line } = this.host.link;
    if (!this.turns.begin() || this.own.pending) return;
    const { purpose } = this;
    try {
      const own = purpose && (await this.made(purpose, turn));
      // Over another connection it is no longer our turn, and what this epoch was there we do not know yet.
      if (line !== this.host.link.line) return;
      if (own) await this.propose(own, purpose, line);
      else if (!this.host.isOver) this.turns.pass();
    } catch {
      // Nothing of it counts: no key comes from what could not be read or kept no rule.
      this.turns.pass();
      this.mend();
    }
  }

  /** Null when it is not to be done now. */
  private async made(purpose: Purpose, turn: Turn): Promise<OwnCommit | null> {
    if (purpose === "join") return this.joining(turn);
    if (!this.group || turn.epoch !== this.epoch) return null;
    const removal = purpose === "removal" ? await this.duty.commit(this.group, turn.gone) : null;
    return removal ?? (this.wantsUpdate ? updateKeys(this.group) : null);
  }

  private async propose(own: OwnCommit, purpose: Purpose, line: number): Promise<void> {
    const info = toB64(await groupInfo(own.group));
    if (line !== this.host.link.line) return;
    const { epoch, message } = this.own.add(own, purpose, this.group);
    this.host.link.send({ type: "commit", epoch: epoch - 1, message: toB64(message), info });
    this.turns.sent();
  }

  /** Our way in: the first creates the group. */
  private async joining({ epoch, info }: Turn): Promise<OwnCommit | null> {
    const { facts, ticket, self } = this.host;
    // A turn of an epoch that we know to be over is of no use.
    if (!ticket || epoch < this.epoch) return null;
    if (epoch === -1) return { message: new Uint8Array(), group: await newGroup(facts, self.leaf, ticket) };
    const outside = await readGroupInfo(facts, info);
    if (outside.epoch !== epoch) throw new Error("another epoch than the service says");
    const key = toB64(self.leaf.publicKey);
    const isTaken = outside.members.some((one) => one.identity === ticket.identity && one.key !== key);
    if (isTaken && !isAlone(outside, ticket.identity)) return this.standBack();
    this.occupied = 0;
    return joinGroup(outside, self.leaf, ticket);
  }

  /** Our identity is in with another key, one that a reload has lost: be gone for a moment, so that it is removed. */
  private standBack(): null {
    this.occupied += 1;
    if (this.occupied > OCCUPIED_TRIES) this.host.end("identity");
    else if (this.host.link.send({ type: "bye" })) this.host.link.rest(OCCUPIED_MS);
    return null;
  }

  private async onAccepted(epoch: number): Promise<void> {
    const { pending } = this.own;
    if (!pending) return;
    this.turns.accepted();
    if (epoch !== pending.epoch) return this.mend();
    await this.adoptOwn(pending);
  }

  private async adoptOwn({ group, purpose, hasRemoved: isRemoval }: Made): Promise<void> {
    if (purpose === "join") this.wantsJoin = this.isLost = false;
    else if (purpose === "removal") this.duty.done();
    else this.wantsUpdate = false;
    await this.adopt(group, isRemoval);
  }

  private onRefused(): void {
    this.own.unanswered();
    this.turns.refused();
  }

  private async onEntry({ epoch, message }: Entry): Promise<void> {
    const { group } = this;
    if (!group || this.isLost || this.host.isOver || epoch <= this.epoch) return;
    if (epoch !== this.epoch + 1) return this.mend();
    const own = this.own.inLog(epoch, message);
    if (own) return this.adoptOwn(own);
    try {
      const next = await processCommit(group, message);
      if (!next) return this.mend();
      this.mends = 0;
      await this.adopt(next, hasRemoved(group.members, next.members));
    } catch (error) {
      if (error instanceof Refused) return this.host.fork();
      this.mend();
    }
  }

  private async adopt(group: MlsGroup, isRemoval: boolean): Promise<void> {
    this.own.clear();
    this.group = group;
    const { members } = group;
    const keys = await Promise.all(members.map(async ({ identity }) => [identity, await senderKey(group, identity)] as const));
    const code = await epochCode(authenticatorOf(group));
    this.host.adopt({ epoch: this.epoch, members, keys: new Map(keys), hasRemoved: isRemoval, epochCode: code });
    this.duty.watch();
    this.advance();
  }

  /** We can't follow: come in anew under the same leaf. */
  private mend(): void {
    if (this.host.isOver) return;
    this.own.unanswered();
    this.isLost = this.wantsJoin = true;
    this.host.set({ phase: this.group ? "mending" : "joining" });
    this.turns.hold(retryMs(this.mends++, FIRST_MEND_MS, LONGEST_MEND_MS));
  }
}
