/**
 * When which key of an epoch is used: receivers first, senders later, and what is retired is overwritten.
 *
 * A frame that comes before its key freezes the picture for seconds, so everybody has the keys of the others at once and
 * begins to send under the new one after a moment. The clock runs from the first epoch that was not switched to: many
 * people who join in one burst do not put it off. No clock of its own: timers are handed in.
 */

/** Keys of all members in an epoch. */
export interface EpochKeys {
  epoch: number;
  /** Identity → HKDF key. */
  keys: ReadonlyMap<string, CryptoKey>;
  /** Whether somebody was taken out by it: what is said from now on must not reach them. */
  hasRemoved: boolean;
}

/** Keys of one sender that are known at a time; a frame names its key by the epoch modulo this. */
export const RING = 16;
/** How long after a new epoch the own key changes, in milliseconds. */
export const SWITCH_MS = 1000;
export const SWITCH_AFTER_REMOVAL_MS = 250;
/** How long keys of an earlier epoch still open frames, in milliseconds. */
export const RETIRE_MS = 10_000;

export interface KeyTarget {
  set: (identity: string, epoch: number, key: CryptoKey, isCurrent: boolean) => void;
}

export interface Timers {
  after: (ms: number, act: () => void) => () => void;
}

export interface ScheduleOptions {
  identity: string;
  target: KeyTarget;
  timers: Timers;
  /** A key that nobody has, to overwrite a slot with. */
  randomKey: () => Promise<CryptoKey>;
  /** Epochs that share a slot of the ring are this far apart. */
  ring: number;
  /** What is sent is sealed with the key of this epoch from now on. */
  switched: (epoch: number) => void;
}

export class KeySchedule {
  private newest: EpochKeys | null = null;
  private cancelSwitch: (() => void) | null = null;
  private isFirst = true;
  /** Identity → slot of the ring → epoch whose key is there. */
  private readonly held = new Map<string, Map<number, number>>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: ScheduleOptions) {}

  /** Take over the keys of a new epoch. */
  begin(next: EpochKeys): void {
    const before = this.newest;
    if (before?.epoch === next.epoch) return this.extend(before, next);
    this.newest = next;
    for (const [who, key] of next.keys) if (who !== this.options.identity) this.hold(who, next.epoch, key, false);
    if (before) this.retireLater(before);
    this.planSwitch(next);
  }

  /** Whether what is sent now is sealed with an older key than the newest: who has just come can't read it. */
  get isSwitching(): boolean {
    return this.cancelSwitch !== null;
  }

  /** Stop all that is planned. */
  end(): void {
    this.cancelSwitch?.();
    this.cancelSwitch = null;
    for (const cancel of this.waiting) cancel();
    this.waiting.clear();
  }

  /** All members hold the keys of `epoch`: no need to wait any longer with the own one. */
  allReady(epoch: number): void {
    if (!this.cancelSwitch || this.newest?.epoch !== epoch) return;
    this.cancelSwitch();
    this.switchNow();
  }

  /** The same epoch with more people: their keys come to those that are there. */
  private extend(before: EpochKeys, next: EpochKeys): void {
    this.newest = next;
    for (const [who, key] of next.keys) if (!before.keys.has(who)) this.hold(who, next.epoch, key, false);
  }

  private planSwitch({ hasRemoved }: EpochKeys): void {
    if (this.isFirst) return this.switchNow();
    if (this.cancelSwitch && !hasRemoved) return;
    this.cancelSwitch?.();
    this.cancelSwitch = this.options.timers.after(hasRemoved ? SWITCH_AFTER_REMOVAL_MS : SWITCH_MS, () => this.switchNow());
  }

  private switchNow(): void {
    this.cancelSwitch = null;
    const own = this.newest?.keys.get(this.options.identity);
    if (!this.newest || !own) return;
    this.isFirst = false;
    this.hold(this.options.identity, this.newest.epoch, own, true);
    this.options.switched(this.newest.epoch);
  }

  private retireLater(old: EpochKeys): void {
    const cancel = this.options.timers.after(RETIRE_MS, () => {
      this.waiting.delete(cancel);
      void this.retire(old);
    });
    this.waiting.add(cancel);
  }

  /** Overwrite the slots of an epoch that hold its keys still. */
  private async retire({ epoch, keys }: EpochKeys): Promise<void> {
    const random = await this.options.randomKey();
    const slot = epoch % this.options.ring;
    for (const identity of keys.keys()) {
      if (this.held.get(identity)?.get(slot) === epoch) this.options.target.set(identity, epoch, random, false);
    }
  }

  private hold(identity: string, epoch: number, key: CryptoKey, isCurrent: boolean): void {
    const slots = this.held.get(identity) ?? new Map<number, number>();
    this.held.set(identity, slots.set(epoch % this.options.ring, epoch));
    this.options.target.set(identity, epoch, key, isCurrent);
  }
}
