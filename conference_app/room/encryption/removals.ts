/** Who removes the leaves of those who are gone: one member at a time, the next one when the first does not. */
import type { Member } from "./groupKeys";
import type { Role } from "./tickets";

/** What the next in line waits for the one before, in milliseconds. */
export const RANK_MS = 2000;

const ORDER: Record<Role, number> = { host: 0, cohost: 1, guest: 2 };

/** Those of `gone` who still have a leaf, oneself left out: nobody removes themselves. */
export function stillThere(members: ReadonlyArray<Member>, gone: ReadonlySet<string>, self: string): Member[] {
  return members.filter(({ identity }) => gone.has(identity) && identity !== self);
}

/** Whether a leaf of `before` is no longer there; who comes in anew under the same key has not left. */
export function hasRemoved(before: ReadonlyArray<Member>, after: ReadonlyArray<Member>): boolean {
  const keys = new Set(after.map(({ key }) => key));
  return before.some(({ key }) => !keys.has(key));
}

/** How many stand before `self` among those who are here: hosts, then co-hosts, then the rest, by leaf. */
export function rankOf(members: ReadonlyArray<Member>, gone: ReadonlySet<string>, self: string): number {
  const here = members.filter(({ identity }) => !gone.has(identity) || identity === self);
  here.sort((a, b) => ORDER[a.role] - ORDER[b.role] || a.leaf - b.leaf);
  return here.findIndex(({ identity }) => identity === self);
}

/** Those of `ordered` whom `self` may remove by right, as `policy` has it. */
export function mayBeOrdered(members: ReadonlyArray<Member>, ordered: ReadonlySet<string>, self: string): Member[] {
  const role = members.find(({ identity }) => identity === self)?.role;
  const there = stillThere(members, ordered, self);
  if (role === "host") return there;
  return role === "cohost" ? there.filter((target) => target.role !== "host") : [];
}
