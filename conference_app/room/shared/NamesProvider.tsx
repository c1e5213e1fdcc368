/** Gives the names by which people are told apart to all that shows one. */
import { useParticipants } from "@livekit/components-react";
import type { Participant } from "livekit-client";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

import { Names } from "./names";
import { isHost, nameOf } from "./people";

const NamesContext = createContext(new Names());

const shownName = (names: Names, participant: Participant) => names.of({ identity: participant.identity, name: nameOf(participant) });

/** Those who may lead a meeting keep their name as it is, then those who came first. */
function byRight(one: Participant, other: Participant): number {
  const came = (participant: Participant) => participant.joinedAt?.getTime() ?? 0;
  return Number(isHost(other)) - Number(isHost(one)) || came(one) - came(other);
}

export function NamesProvider({ children }: { children: ReactNode }) {
  const [names] = useState(() => new Names());
  // Whoever is new is named here, before anything below asks for a name in another order.
  for (const participant of [...useParticipants()].sort(byRight)) shownName(names, participant);
  return <NamesContext.Provider value={names}>{children}</NamesContext.Provider>;
}

/** The name of a participant as it is shown everywhere in this call. */
export function useNameOf(): (participant: Participant) => string {
  const names = useContext(NamesContext);
  return useCallback((participant) => shownName(names, participant), [names]);
}
