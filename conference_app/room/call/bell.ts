/** How often the sounds of news may ring. No React, no clock: `now` is passed in, in milliseconds. */
import type { Chime } from "../shared/chimes";

/** In a lively chat one sound tells as much as ten. */
export const REST_MS: Partial<Record<Chime, number>> = { message: 4000 };

export class Bell {
  private readonly rang = new Map<Chime, number>();

  /** Whether it may ring now; if so, it has. */
  mayRing(chime: Chime, now: number): boolean {
    const before = this.rang.get(chime);
    if (before !== undefined && now - before < (REST_MS[chime] ?? 0)) return false;
    this.rang.set(chime, now);
    return true;
  }
}
