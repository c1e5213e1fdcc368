/** Who has begun to wait since the last look. No React: what is known comes in. */
import type { WaitingPerson } from "../../pageMessages";

export function newcomers(before: ReadonlySet<string>, waiting: readonly WaitingPerson[]): WaitingPerson[] {
  return waiting.filter(({ identity }) => !before.has(identity));
}

/** A title that says how many wait, also to who looks at another tab. */
export function titleWith(waiting: number, title: string): string {
  return waiting > 0 ? `(${waiting}) ${title}` : title;
}
