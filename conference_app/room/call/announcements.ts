/** Comings and goings gathered into few sentences. No React, no clock: `now` is passed in. */

import { RETURN_MS } from "../session/retries";

/** Comings within this many milliseconds of each other make one sentence. */
export const BURST_MS = 1500;

export type Happening = "joined" | "left";

export interface Gathering {
  kind: Happening;
  names: string[];
}

interface Person {
  name: string;
  at: number;
}

/** Collects joins and leaves; `due(now)` hands out what has settled. */
export class Comings {
  private joins = new Map<string, Person>();
  private leaves = new Map<string, Person>();

  joined(identity: string, name: string, now: number): void {
    const left = this.leaves.get(identity);
    if (left && now - left.at < RETURN_MS) {
      this.leaves.delete(identity);
      return;
    }
    this.joins.set(identity, { name, at: now });
  }

  left(identity: string, name: string, now: number): void {
    if (this.joins.delete(identity)) return;
    this.leaves.set(identity, { name, at: now });
  }

  /** Forget everything: what changes while we reconnect ourselves is no news. */
  clear(): void {
    this.joins.clear();
    this.leaves.clear();
  }

  /** Sentences whose burst is over. */
  due(now: number): Gathering[] {
    const sentences: Gathering[] = [];
    const joined = settled(this.joins, now, BURST_MS);
    if (joined.length > 0) sentences.push({ kind: "joined", names: joined });
    const left = settled(this.leaves, now, RETURN_MS);
    if (left.length > 0) sentences.push({ kind: "left", names: left });
    return sentences;
  }
}

/** Empties `people` and returns their names once the newest has waited `wait` milliseconds. */
function settled(people: Map<string, Person>, now: number, wait: number): string[] {
  if (people.size === 0) return [];
  const newest = Math.max(...[...people.values()].map((person) => person.at));
  if (now - newest < wait) return [];
  const names = [...people.values()].map((person) => person.name);
  people.clear();
  return names;
}
