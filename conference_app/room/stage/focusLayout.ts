/** Sizes when one tile has the stage: the large one, the strip of the others beside or below it, the floating self view. */
import { WIDE } from "./gridLayout";

interface Size {
  width: number;
  height: number;
}

export interface FocusLayout {
  strip: "right" | "below";
  focus: Size;
  /** One tile of the strip. */
  tile: Size;
  stripSpace: Partial<Size>;
  self: Size;
}

const STRIP_WIDTH = 208;
const STRIP_HEIGHT = 96;
const SELF_WIDTH = 208;
const PHONE_SELF_WIDTH = 112;
const NARROW = 700;

const wide = (width: number): Size => ({ width: Math.floor(width), height: Math.floor(width / WIDE) });

/** The largest 16:9 tile inside `width` × `height`. */
export function fitWide(width: number, height: number): Size {
  return width / height > WIDE ? { width: Math.floor(height * WIDE), height: Math.floor(height) } : wide(width);
}

/** The largest tile inside `width` × `height` whose shape lies between `narrow` and 16:9. */
function fit(width: number, height: number, narrow: number): Size {
  const shape = width / height;
  if (shape > WIDE || narrow === WIDE) return fitWide(width, height);
  return shape < narrow ? { width, height: Math.floor(width / narrow) } : { width, height };
}

/**
 * A strip stands at the right where the stage is wide, with the self view floating below it; else it lies below and the
 * self view is its last tile. `narrow` is the narrowest shape of the large tile: 16:9 for a screen.
 */
export function focusLayout(others: number, hasSelf: boolean, space: Size, gap: number, narrow = WIDE): FocusLayout {
  const self = wide(space.width < NARROW ? PHONE_SELF_WIDTH : SELF_WIDTH);
  if (others === 0) {
    return { strip: "right", focus: fit(space.width, space.height, narrow), tile: self, stripSpace: {}, self };
  }
  if (space.width >= NARROW && space.width > space.height) {
    const focus = fit(space.width - STRIP_WIDTH - gap, space.height, narrow);
    const height = space.height - (hasSelf ? self.height + gap : 0);
    return { strip: "right", focus, tile: wide(STRIP_WIDTH), stripSpace: { width: STRIP_WIDTH, height }, self };
  }
  const focus = fit(space.width, space.height - STRIP_HEIGHT - gap, narrow);
  const tile = { width: Math.floor(STRIP_HEIGHT * WIDE), height: STRIP_HEIGHT };
  return { strip: "below", focus, tile, stripSpace: { width: space.width, height: STRIP_HEIGHT }, self };
}
