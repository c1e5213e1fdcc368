/**
 * One member's way through a large meeting, whose leader seals a secret to each member.
 *
 * Entries do not build on each other: what does not hold is passed over, and whoever was away needs the newest only. What
 * makes members stop is a list of members that the leader has signed and the service does not show.
 */
import { type Bytes, isSame, toB64 } from "./bytes";
import type { Entry, ServiceState } from "./deliveryWire";
import type { Driver, DriverFrame, DriverHost } from "./driver";
import { type Card, cardBytes, type Cards, membersOf, openCard } from "./hpkeCards";
import { entryCode, isLed, parseEntry, type SignedEntry } from "./hpkeEntry";
import { type Generation, HpkeSeat } from "./hpkeSeat";
import { HpkeRoll } from "./hpkeRoll";
import { generationKey, opened, ownKey, type OwnKey } from "./hpkeSeal";
import { TicketBook } from "./tickets";

/** How often cards are asked for when the list is not the one that was signed, and how far apart. */
const LIST_TRIES = 5;
const LIST_MS = 2000;

/** An entry and what is sealed for us in it. */
interface Received {
  entry: SignedEntry;
  piece: Bytes;
}

const NOBODY: Cards = new Map<string, Card>();

export class HpkeDriver implements Driver {
  /** As the service counts entries. */
  epoch = -1;
  private readonly book: TicketBook;
  private readonly roll: HpkeRoll;
  private readonly seat: HpkeSeat;
  private own: OwnKey | null = null;
  private now: Generation | null = null;
  /** Of which the list is not found yet. */
  private unlisted: Received | null = null;
  private listTries = 0;
  private forgetList: (() => void) | null = null;
  private keys = new Map<string, CryptoKey>();

  constructor(private readonly host: DriverHost) {
    this.book = new TicketBook(host.facts);
    this.roll = new HpkeRoll(this.book, host.snapshot.identity);
    this.seat = new HpkeSeat(host, this.roll, () => ({ now: this.now, epoch: this.epoch }));
  }

  async begin({ epoch, gone, info, sealed }: ServiceState): Promise<void> {
    if (epoch < this.epoch) return this.host.fork();
    const { facts, snapshot, self } = this.host;
    this.own ??= await ownKey(facts, snapshot.identity, self.leaf);
    this.epoch = epoch;
    this.roll.begin(gone);
    this.host.set({ phase: this.now?.secret ? "mending" : "joining" });
    await this.showCard();
    if (epoch >= 0) await this.take(epoch, info, sealed);
  }

  async hear(frame: DriverFrame): Promise<void> {
    switch (frame.type) {
      case "cards": await this.roll.hear(frame.cards, frame.isLast); break;
      case "gone": this.roll.gone.add(frame.identity); break;
      case "back": this.roll.gone.delete(frame.identity); break;
      case "entry": return this.onEntry(frame);
      case "turn": return this.seat.onTurn(frame.epoch);
      case "accepted": return this.onAccepted(frame.epoch);
      case "refused": return this.seat.refused();
    }
    if (this.unlisted && this.roll.isWhole) await this.listed(this.unlisted);
    this.seat.look();
  }

  lost(): void {
    this.roll.isWhole = false;
    this.seat.lost();
  }

  ticketChanged(): void {
    void this.host.link.enqueue(() => this.showCard());
  }

  remove(identity: string): void {
    this.seat.order(identity);
  }

  refresh(): void {
    this.seat.refresh();
  }

  stop(): void {
    this.seat.stop();
    this.forgetList?.();
    this.now = this.unlisted = this.own = null;
    this.keys.clear();
  }

  /** Tell everybody by which key a secret reaches us. */
  private async showCard(): Promise<void> {
    const { ticket, facts, self } = this.host;
    if (!ticket || !this.own) return;
    const bytes = await cardBytes(facts, ticket, self.leaf, this.own.publicKey);
    const card = await openCard(this.book, ticket.identity, bytes);
    if (!card || !this.host.link.send({ type: "card", card: toB64(bytes) })) return;
    this.roll.known.set(ticket.identity, card);
    this.seat.look();
  }

  private async onEntry({ epoch, message, sealed, came, left }: Entry): Promise<void> {
    if (epoch <= this.epoch) return;
    this.epoch = epoch;
    this.roll.change(came, left);
    await this.take(epoch, message, sealed);
    this.seat.look();
  }

  private async onAccepted(epoch: number): Promise<void> {
    const next = this.seat.accepted(epoch);
    this.epoch = Math.max(this.epoch, epoch);
    if (!next) return;
    this.roll.are(next.list);
    await this.become(next);
  }

  /** Whatever is no entry, or none that goes on from what we know, counts for nothing. */
  private async take(epoch: number, bytes: Bytes, piece: Bytes): Promise<void> {
    const entry = parseEntry(bytes);
    const isNext = entry !== null && entry.number === epoch && this.goesOn(entry);
    if (entry?.number === epoch) this.seat.claimed = Math.max(this.seat.claimed, entry.generation);
    this.seat.isSpoiled = !isNext;
    if (!isNext) return;
    this.listTries = 0;
    await this.listed({ entry, piece });
  }

  private goesOn(entry: SignedEntry): boolean {
    const head = this.now?.head;
    if (!head) return true;
    if (entry.generation === head.generation) return entry.number >= head.number && entry.leader === head.leader && isSame(entry.commitment, head.commitment);
    return entry.number > head.number && entry.generation > head.generation;
  }

  /** Find the list that was signed among the cards that we know; ask for them again when it is not there. */
  private async listed(received: Received): Promise<void> {
    const { entry, piece } = received;
    const list = await this.roll.signed(entry, this.now?.list ?? NOBODY);
    this.unlisted = list ? null : received;
    if (!list) return this.roll.isWhole ? this.askForCards() : undefined;
    this.seat.isSpoiled = !(await isLed(this.host.facts, entry, list));
    if (!this.seat.isSpoiled) await this.become({ head: entry, list, secret: await this.secretOf(entry, list, piece) });
  }

  private askForCards(): void {
    if (this.forgetList) return;
    const isIn = Boolean(this.now?.secret);
    this.host.set({ phase: isIn ? "mending" : "joining" });
    if (isIn && this.listTries++ >= LIST_TRIES) return this.host.fork();
    this.forgetList = this.host.after(LIST_MS, () => {
      this.forgetList = null;
      if (this.unlisted) this.host.link.send({ type: "cards" });
    });
  }

  /** Null for whoever is not in, or can't open what was sealed. */
  private async secretOf(entry: SignedEntry, list: Cards, piece: Bytes): Promise<Bytes | null> {
    const { own, now } = this;
    const mine = own && list.get(own.identity);
    if (!own || !mine || !isSame(mine.key, own.publicKey)) return null;
    if (now?.secret && now.head.generation === entry.generation) return now.secret;
    return opened(this.host.facts, entry, piece, own);
  }

  /** From now on this entry, list and secret. */
  private async become(next: Generation): Promise<void> {
    const { head, list, secret } = next;
    const { facts } = this.host;
    const before = this.now;
    const isNewSecret = !before?.secret || before.head.generation !== head.generation;
    this.now = next;
    this.seat.follow(next, isNewSecret);
    if (!secret) return this.host.set({ phase: list.has(this.host.snapshot.identity) ? "mending" : "joining" });
    if (isNewSecret) this.keys = new Map();
    const missing = [...list.keys()].filter((identity) => !this.keys.has(identity));
    const made = await Promise.all(missing.map((identity) => generationKey(facts, head.generation, secret, identity)));
    made.forEach((key, index) => this.keys.set(missing[index], key));
    const hasRemoved = isNewSecret && before !== null && [...before.list.keys()].some((identity) => !list.has(identity));
    this.host.adopt({ epoch: head.generation, members: membersOf(list), keys: new Map(this.keys), hasRemoved, epochCode: await entryCode(facts, head) });
  }
}
