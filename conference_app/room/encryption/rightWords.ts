/** By which right somebody is in the meeting, in words. */
import type { TextKey } from "../shared/textKeys";
import type { Member } from "./groupKeys";

export function rightWords({ kind, note }: Member): TextKey {
  if (kind === "root") return "right_root";
  if (kind === "cohost") return "right_cohost";
  if (kind === "link") return "right_link";
  return note === "introduced" ? "right_introduced" : "right_admitted";
}
