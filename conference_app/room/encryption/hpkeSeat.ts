/** The leader's seat of a large meeting: whether it is ours at this moment, and what we commit from it. */
import { type Bytes, randomBytes, toB64 } from "./bytes";
import type { DriverHost } from "./driver";
import { type Card, type Cards, listHash } from "./hpkeCards";
import { entryBytes, type EntryHead } from "./hpkeEntry";
import { leaderRank, type LeaderView, type Plan, planned, ROTATE_MS } from "./hpkeLeader";
import type { HpkeRoll } from "./hpkeRoll";
import { commitmentTo, sealed, SECRET_BYTES } from "./hpkeSeal";
import { RANK_MS } from "./removals";
import { Turns } from "./turns";

/** Between two entries of a leader, and more for each member: every entry is work for all. In milliseconds. */
const PAUSE_MS = 200;
const PAUSE_PER_MEMBER_MS = 1;

/** Entry, list and secret that hold together. */
export interface Generation {
  head: EntryHead;
  list: Cards;
  /** Null for whoever is not in. */
  secret: Bytes | null;
}

export class HpkeSeat {
  /** The newest entry of the service is none that holds. */
  isSpoiled = false;
  /** The newest generation that an entry has spoken of, whether or not it holds. */
  claimed = -1;
  private readonly turns: Turns;
  /** The next one of our own, until the service has answered. */
  private pending: Generation | null = null;
  private readonly ordered = new Set<string>();
  private wantsSecret = false;
  private isOld = false;
  private hasGrown = false;
  private size = 0;
  private forgetRank: (() => void) | null = null;
  private forgetAge = () => {};

  constructor(
    private readonly host: DriverHost,
    private readonly roll: HpkeRoll,
    private readonly state: () => { now: Generation | null; epoch: number },
  ) {
    this.turns = new Turns(host.link, host.after, () => this.look());
  }

  order(identity: string): void {
    const card = this.roll.known.get(identity);
    if (card) this.ordered.add(toB64(card.leaf));
    this.look();
  }

  refresh(): void {
    this.wantsSecret = true;
    this.look();
  }

  /** Ask for a turn when there is something for us to do. */
  look(): void {
    const plan = this.plan();
    if (!plan) return;
    const rank = plan.isOrdered ? 0 : leaderRank(this.view());
    if (rank === 0) return this.turns.ask();
    this.forgetRank ??= this.host.after(rank * RANK_MS, () => {
      this.forgetRank = null;
      if (this.plan()) this.turns.ask();
    });
  }

  async onTurn(epoch: number): Promise<void> {
    const { line } = this.host.link;
    if (!this.turns.begin() || this.pending) return;
    const plan = epoch === this.state().epoch ? this.plan() : null;
    if (!plan) return this.turns.pass();
    const next = await this.next(plan);
    const message = toB64(await entryBytes(this.host.facts, next.head, this.host.self.leaf));
    const pieces = await this.pieces(plan, next);
    // Over another connection it is no longer our turn.
    if (line !== this.host.link.line) return;
    this.pending = next;
    this.host.link.send({ type: "commit", epoch, message, info: message, sealed: pieces, out: this.roll.beyond(plan.list) });
    this.turns.sent();
  }

  /** What we have committed, now that it counts. */
  accepted(epoch: number): Generation | null {
    const next = this.pending;
    this.pending = null;
    this.turns.accepted();
    if (!next || epoch !== next.head.number) return null;
    this.isSpoiled = false;
    this.turns.hold(PAUSE_MS + PAUSE_PER_MEMBER_MS * next.list.size);
    return next;
  }

  refused(): void {
    this.pending = null;
    this.turns.refused();
  }

  lost(): void {
    this.pending = null;
    this.turns.reset();
  }

  /** The generation goes on, or another begins, whoever leads it. */
  follow({ list, head }: Generation, isNewSecret: boolean): void {
    this.claimed = Math.max(this.claimed, head.generation);
    this.hasGrown = !isNewSecret && (this.hasGrown || list.size > this.size);
    this.size = list.size;
    if (!isNewSecret) return;
    this.isOld = this.wantsSecret = false;
    this.forgetAge();
    this.forgetAge = this.host.after(ROTATE_MS, () => {
      this.isOld = true;
      this.look();
    });
  }

  stop(): void {
    this.turns.stop();
    this.forgetRank?.();
    this.forgetAge();
  }

  private view(): LeaderView {
    const { roll, ordered, wantsSecret, isOld, hasGrown, isSpoiled } = this;
    const { now } = this.state();
    const list = now?.list ?? new Map<string, Card>();
    return { self: this.host.snapshot.identity, known: roll.known, gone: roll.gone, list, head: now?.head ?? null, hasSecret: Boolean(now?.secret), ordered, wantsSecret, isOld, hasGrown, isSpoiled };
  }

  /** Null also while we do not know all cards, or wait for an answer. */
  private plan(): Plan | null {
    return this.roll.isWhole && !this.pending && !this.host.isOver ? planned(this.view()) : null;
  }

  private async next({ list, isNewSecret }: Plan): Promise<Generation> {
    const { facts, snapshot } = this.host;
    const { now, epoch } = this.state();
    const secret = isNewSecret ? randomBytes(SECRET_BYTES) : now!.secret!;
    const generation = isNewSecret ? this.claimed + 1 : now!.head.generation;
    const commitment = await commitmentTo(facts, generation, secret);
    const head = { number: epoch + 1, generation, leader: snapshot.identity, commitment, list: await listHash(list) };
    return { head, list, secret };
  }

  /** The secret for all when it is new, else for those who have come. */
  private async pieces({ list, came, isNewSecret }: Plan, { head, secret }: Generation): Promise<Array<[string, string]>> {
    const pieces: Array<[string, string]> = [];
    for (const card of isNewSecret ? list.values() : came) {
      pieces.push([card.ticket.identity, toB64(await sealed(this.host.facts, head.generation, secret!, card))]);
    }
    return pieces;
  }
}
