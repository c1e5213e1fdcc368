// Where something can lie over a page without covering what a person may want to press.

export type Rect = { left: number; top: number; width: number; height: number };
export type Size = { width: number; height: number };
/** From which edge a place is looked for first. */
export type Side = "top" | "bottom";

/** Pixels kept free at the window's edges, and the step in which places are tried. */
const EDGE = 16;
const STEP = 8;

function overlap(one: Rect, other: Rect): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  return Math.max(0, width) * Math.max(0, height);
}

/** Left edges to try in a row: the corner first, then the other one and the middle. */
function columns(view: Size, size: Size): number[] {
  const right = Math.max(EDGE, view.width - size.width - EDGE);
  return [...new Set([right, EDGE, Math.round((right + EDGE) / 2)])];
}

function rows(view: Size, size: Size, side: Side): number[] {
  const last = Math.max(EDGE, view.height - size.height - EDGE);
  const found = Array.from({ length: Math.floor((last - EDGE) / STEP) + 1 }, (_none, index) => EDGE + index * STEP);
  return side === "top" ? found : found.map((top) => last + EDGE - top);
}

/** How many square pixels of `controls` lie under a box at `place`. */
export function coveredBy(place: Rect, controls: Rect[]): number {
  return controls.reduce((sum, control) => sum + overlap(place, control), 0);
}

/** The place nearest to `side` where `size` covers none of `controls`; where there is none, the least covered one. */
export function freePlace(view: Size, size: Size, controls: Rect[], side: Side): { left: number; top: number } {
  let best = { left: EDGE, top: EDGE };
  let least = Infinity;
  for (const top of rows(view, size, side)) {
    for (const left of columns(view, size)) {
      const covered = coveredBy({ left, top, ...size }, controls);
      if (covered < least) [best, least] = [{ left, top }, covered];
      if (covered === 0) return best;
    }
  }
  return best;
}
