/** Who is in the call: connected, and in the group of those who hold its keys. Strangers are never shown. */
import { useParticipants } from "@livekit/components-react";
import type { Participant, Room } from "livekit-client";

import { useEncryption } from "../encryption/EncryptionProvider";
import type { Member } from "../encryption/groupKeys";

export function usePeople(room: Room): Participant[] {
  const { members } = useEncryption();
  return useParticipants({ room }).filter((one) => one.isLocal || members.has(one.identity));
}

/** Who somebody is by their ticket; undefined for whoever holds none. */
export function useMemberOf(): (participant: { identity: string }) => Member | undefined {
  const { members } = useEncryption();
  return ({ identity }) => members.get(identity);
}

/** Whether somebody may lead the meeting, as the organizer's signature says. */
export function useIsHost(): (participant: { identity: string }) => boolean {
  const memberOf = useMemberOf();
  return (participant) => (memberOf(participant)?.role ?? "guest") !== "guest";
}
