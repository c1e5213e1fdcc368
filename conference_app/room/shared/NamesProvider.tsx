/** Gives the names by which people are told apart to all that shows one. They come from members' tickets, never from the server. */
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

import { useEncryption } from "../encryption/EncryptionProvider";
import type { Member } from "../encryption/groupKeys";
import { Names } from "./names";
import { useWords } from "./words";

const NamesContext = createContext(new Names());

/** Those who may lead a meeting keep their name as it is, then those who came first. */
function byRight(one: Member, other: Member): number {
  const isGuest = ({ role }: Member) => Number(role === "guest");
  return isGuest(one) - isGuest(other) || one.leaf - other.leaf;
}

export function NamesProvider({ children }: { children: ReactNode }) {
  const [names] = useState(() => new Names());
  const { members } = useEncryption();
  // Whoever is new is named here, before anything below asks for a name in another order.
  for (const member of [...members.values()].sort(byRight)) names.of(member);
  return <NamesContext.Provider value={names}>{children}</NamesContext.Provider>;
}

/** Whether somebody is or was in the group, and so may be shown. */
export function useIsKnown(): (person: { identity: string }) => boolean {
  const names = useContext(NamesContext);
  return useCallback(({ identity }) => names.known(identity) !== undefined, [names]);
}

/** The name of somebody as it is shown everywhere in this call, also after they have left. */
export function useNameOf(): (person: { identity: string }) => string {
  const names = useContext(NamesContext);
  const { t } = useWords();
  return useCallback(({ identity }) => names.known(identity) ?? t("someone"), [names, t]);
}
