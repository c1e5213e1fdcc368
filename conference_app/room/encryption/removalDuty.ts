/** Whose leaves we are to remove, and when: those whom the service calls gone, and those whom we, as a host, order out. */
import { goneIdentities, type GoneWords } from "./goneWords";
import type { GroupSnapshot } from "./groupKeys";
import { epochOf, type MlsGroup, type OwnCommit, removeMembers } from "./mls";
import { mayBeOrdered, RANK_MS, rankOf, stillThere } from "./removals";
import type { After } from "./serviceLink";

export class RemovalDuty {
  /** Somebody is to be removed as soon as it is our turn. */
  isDue = false;
  private gone = new Set<string>();
  private readonly ordered = new Set<string>();
  /** Of the ordered, those whom our last commit removes. */
  private taken: string[] = [];
  private forget: (() => void) | null = null;

  /** `due`: from now on `isDue`. */
  constructor(
    private readonly after: After,
    private readonly group: () => GroupSnapshot,
    private readonly due: () => void,
  ) {}

  /** All who are gone, as the service says when we connect. */
  hearAll(gone: ReadonlyArray<string>): void {
    this.gone = new Set(gone);
  }

  hearGone(identity: string): void {
    this.gone.add(identity);
    this.watch();
  }

  hearBack(identity: string): void {
    this.gone.delete(identity);
  }

  order(identity: string): void {
    this.ordered.add(identity);
    this.isDue = true;
    this.due();
  }

  /** When our rank's time has come and they are still there, those who are gone are due; `atLeastMs` from now. */
  watch(atLeastMs = 0): void {
    if (this.isDue || this.forget || this.called().length === 0) return;
    const { members, identity } = this.group();
    const ms = Math.max(atLeastMs, rankOf(members, this.gone, identity) * RANK_MS);
    this.forget = this.after(ms, () => {
      this.forget = null;
      this.isDue ||= this.called().length > 0;
      if (this.isDue) this.due();
    });
  }

  /** The removal of all who are due in this epoch, with the service's `words` for it; null when there is nobody. */
  async commit(group: MlsGroup, words: GoneWords): Promise<OwnCommit | null> {
    const { identity } = this.group();
    const gone = await goneIdentities(group.book.facts, BigInt(epochOf(group)), words);
    const called = stillThere(group.members, gone, identity);
    const ordered = mayBeOrdered(group.members, this.ordered, identity);
    const targets = new Set([...called, ...ordered]);
    if (targets.size === 0) return this.nothing();
    this.taken = ordered.map((target) => target.identity);
    const said = words.filter((word) => called.some((target) => target.identity === word.identity));
    return removeMembers(group, [...targets].map(({ leaf }) => leaf), said);
  }

  /** A removal of ours has been accepted. */
  done(): void {
    for (const identity of this.taken) this.ordered.delete(identity);
    this.isDue = this.ordered.size > 0;
  }

  stop(): void {
    this.forget?.();
  }

  private nothing(): null {
    this.isDue = false;
    this.ordered.clear();
    this.watch(RANK_MS);
    return null;
  }

  /** Who is called gone and has a leaf still; nobody while we are not in. */
  private called() {
    const { phase, members, identity } = this.group();
    return phase === "in" ? stillThere(members, this.gone, identity) : [];
  }
}
