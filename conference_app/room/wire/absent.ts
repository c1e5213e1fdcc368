/** Who was in the room and is gone, and what they miss: after a break all come back one by one. No React, no network. */

/** How long somebody is waited for, in milliseconds; after that they have left. */
export const WAIT_MS = 120_000;
/** What was sent so shortly before a break was noticed may be lost, in milliseconds: a dead network shows late. */
export const DOUBT_MS = 20_000;
/** Messages kept for one person at most. */
const OWED_LIMIT = 200;

/** A message of one's own; whoever gets it twice knows it by its `id`. */
export interface Said {
  id: string;
  text: string;
}

interface Absence {
  since: number;
  owed: Said[];
}

/** Keeps what is said to everyone for those who come back under the same identity. Times are milliseconds. */
export class Absent {
  private readonly known = new Set<string>();
  private readonly absences = new Map<string, Absence>();
  private recent: Array<{ said: Said; at: number }> = [];

  /** Whether all who were here are here. */
  get isNobody(): boolean {
    return this.absences.size === 0;
  }

  /** What was said shortly before `now`, oldest first: nobody knows whether it arrived. */
  doubtful(now: number): Said[] {
    return this.recent.filter(({ at }) => now - at < DOUBT_MS).map(({ said }) => said);
  }

  /** Note who is here; returns who came back and what they may have missed, in order. */
  look(present: ReadonlyArray<string>, now: number): Array<[string, Said[]]> {
    const here = new Set(present);
    for (const identity of this.known) {
      if (here.has(identity) || this.absences.has(identity)) continue;
      this.absences.set(identity, { since: now, owed: this.doubtful(now) });
    }
    const returned: Array<[string, Said[]]> = [];
    for (const [identity, { since, owed }] of this.absences) {
      if (!here.has(identity) && now - since < WAIT_MS) continue;
      this.absences.delete(identity);
      this.known.delete(identity);
      if (here.has(identity) && owed.length > 0) returned.push([identity, owed]);
    }
    for (const identity of here) this.known.add(identity);
    return returned;
  }

  /** This went to everyone: who is away has missed it. */
  owe(said: Said, now: number): void {
    this.recent = [...this.recent.filter(({ at }) => now - at < DOUBT_MS), { said, at: now }].slice(-OWED_LIMIT);
    for (const absence of this.absences.values()) absence.owed = [...absence.owed, said].slice(-OWED_LIMIT);
  }

  /** What `look` gave out could not be delivered: it gives it out again. */
  keep(identity: string, owed: Said[], now: number): void {
    this.absences.set(identity, { since: now, owed });
  }
}
