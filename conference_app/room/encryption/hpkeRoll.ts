/** Everybody's cards as the service shows them, and whom it takes for members: believed only where a leader has signed the list. */
import { isSame } from "./bytes";
import type { CardEntry } from "./deliveryWire";
import { type Card, type Cards, listHash, openCard } from "./hpkeCards";
import type { SignedEntry } from "./hpkeEntry";
import type { TicketBook } from "./tickets";

export class HpkeRoll {
  /** The newest card of everybody whom the service knows. */
  readonly known = new Map<string, Card>();
  readonly gone = new Set<string>();
  /** All cards have come since the connection was made. */
  isWhole = false;
  private readonly flagged = new Set<string>();

  constructor(
    private readonly book: TicketBook,
    private readonly self: string,
  ) {}

  /** A new connection: all is told anew. */
  begin(gone: ReadonlyArray<string>): void {
    const own = this.known.get(this.self);
    this.known.clear();
    this.flagged.clear();
    this.gone.clear();
    for (const identity of gone) this.gone.add(identity);
    if (own) this.known.set(this.self, own);
    this.isWhole = false;
  }

  /** Cards that do not hold are nobody's. One's own is not taken from the service. */
  async hear(cards: ReadonlyArray<CardEntry>, isLast: boolean): Promise<void> {
    for (const { identity, card: bytes, isIn } of cards) {
      if (isIn) this.flagged.add(identity);
      const card = identity === this.self ? null : await openCard(this.book, identity, bytes);
      if (card) this.known.set(identity, card);
    }
    this.isWhole ||= isLast;
  }

  change(came: ReadonlyArray<string>, left: ReadonlyArray<string>): void {
    for (const identity of left) this.flagged.delete(identity);
    for (const identity of came) this.flagged.add(identity);
  }

  /** Those who are in are exactly these. */
  are(list: Cards): void {
    this.flagged.clear();
    for (const identity of list.keys()) this.flagged.add(identity);
  }

  /** Whom the service takes for members although they are not on `list`. */
  beyond(list: Cards): string[] {
    return [...this.flagged].filter((identity) => !list.has(identity));
  }

  /** The list that `entry` signs, if it is one of those that can be seen from here; `before` is the one that held until now. */
  async signed(entry: SignedEntry, before: Cards): Promise<Cards | null> {
    for (const list of this.lists(before)) if (isSame(await listHash(list), entry.list)) return list;
    return null;
  }

  /** Who is in by their newest cards; and by those that the leader may have seen, of who has shown another since. */
  private lists(before: Cards): Cards[] {
    const newest = new Map([...this.known].filter(([identity]) => this.flagged.has(identity)));
    const older = new Map([...newest, ...[...before].filter(([identity]) => this.flagged.has(identity))]);
    return [newest, older];
  }
}
