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

/** A strip stands at the right where the stage is wide, else below; the self view floats at the lower right corner. */
export function focusLayout(others: number, hasSelf: boolean, space: Size, gap: number): FocusLayout {
  const self = wide(space.width < NARROW ? PHONE_SELF_WIDTH : SELF_WIDTH);
  if (others === 0) {
    return { strip: "right", focus: fitWide(space.width, space.height), tile: self, stripSpace: {}, self };
  }
  if (space.width >= NARROW && space.width > space.height) {
    const focus = fitWide(space.width - STRIP_WIDTH - gap, space.height);
    const height = space.height - (hasSelf ? self.height + gap : 0);
    return { strip: "right", focus, tile: wide(STRIP_WIDTH), stripSpace: { width: STRIP_WIDTH, height }, self };
  }
  const focus = fitWide(space.width, space.height - STRIP_HEIGHT - gap);
  const tile = { width: Math.floor(STRIP_HEIGHT * WIDE), height: STRIP_HEIGHT };
  const width = space.width - (hasSelf ? self.width + gap : 0);
  return { strip: "below", focus, tile, stripSpace: { width, height: STRIP_HEIGHT }, self };
}
