/** Which buttons find room in the control bar; the others are entries of "More". No React. */

/** A button with the gap beside it, and what all else takes: padding, lines between groups, Leave. In CSS pixels. */
const WIDE = { button: 58, rest: 255 };
const PHONE = { button: 52, rest: 76 };

/** How many of the bar's buttons never leave it: microphone, camera and "More". */
const LASTING = 3;

/**
 * Those of `buttons` that a bar of `width` CSS pixels holds beside the lasting ones, as many as fit in their order.
 *
 * Zooming makes the same window fewer CSS pixels wide, so the width alone decides and not the kind of device.
 */
export function inBar(width: number, isPhone: boolean, buttons: readonly string[]): Set<string> {
  const { button, rest } = isPhone ? PHONE : WIDE;
  const room = Math.floor((width - rest) / button) - LASTING;
  return new Set(buttons.slice(0, Math.max(0, room)));
}
