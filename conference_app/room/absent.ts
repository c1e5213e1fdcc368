/** Who was in the room and is gone, and what they miss: after a break all come back one by one. No React, no network. */

/** How long somebody is waited for, in milliseconds; after that they have left. */
export const WAIT_MS = 120_000;
/** Messages kept for one person at most. */
const OWED_LIMIT = 200;

interface Absence {
  since: number;
  owed: string[];
}

/** Keeps what is said to everyone for those who come back under the same identity. */
export class Absent {
  private readonly known = new Set<string>();
  private readonly absences = new Map<string, Absence>();

  /** Whether all who were here are here. */
  get isNobody(): boolean {
    return this.absences.size === 0;
  }

  /** Note who is here at `now` (milliseconds); returns who came back and what they missed, in order. */
  look(present: ReadonlyArray<string>, now: number): Array<[string, string[]]> {
    const here = new Set(present);
    for (const identity of this.known) {
      if (!here.has(identity) && !this.absences.has(identity)) this.absences.set(identity, { since: now, owed: [] });
    }
    const returned: Array<[string, string[]]> = [];
    for (const [identity, { since, owed }] of this.absences) {
      if (!here.has(identity) && now - since < WAIT_MS) continue;
      this.absences.delete(identity);
      this.known.delete(identity);
      if (here.has(identity) && owed.length > 0) returned.push([identity, owed]);
    }
    for (const identity of here) this.known.add(identity);
    return returned;
  }

  /** This text went to everyone: who is away has missed it. */
  owe(text: string): void {
    for (const absence of this.absences.values()) absence.owed = [...absence.owed, text].slice(-OWED_LIMIT);
  }

  /** What `look` gave out could not be delivered: it gives it out again. */
  keep(identity: string, owed: string[], now: number): void {
    this.absences.set(identity, { since: now, owed });
  }
}
