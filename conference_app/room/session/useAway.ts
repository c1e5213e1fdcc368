/** Those whose connection is gone, for as long as they may come back; all others while our own is gone. */
import { ConnectionState, type DisconnectReason, type RemoteParticipant, type Room, RoomEvent } from "livekit-client";
import { useEffect, useRef, useState } from "react";

import { Away, mayReturn } from "./away";

const TICK_MS = 500;

export function useAway(room: Room, isReconnecting: boolean): RemoteParticipant[] {
  const [people, setPeople] = useState<RemoteParticipant[]>([]);
  const isBroken = useRef(isReconnecting);
  isBroken.current = isReconnecting;

  useEffect(() => {
    const away = new Away<RemoteParticipant>();
    const known = new Map(room.remoteParticipants);
    const show = () => setPeople(away.people());
    const came = (person: RemoteParticipant) => {
      known.set(person.identity, person);
      if (away.settle(person.identity)) show();
    };
    const went = (person: RemoteParticipant, reason?: DisconnectReason) => {
      known.delete(person.identity);
      if (isBroken.current || mayReturn(reason)) away.lost(person.identity, person, Date.now());
      else away.settle(person.identity);
      show();
    };
    // livekit-client drops everybody at once when it gives up, and finds those who are there when it is back.
    const gaveUp = () => {
      for (const [identity, person] of known) away.lost(identity, person, Date.now());
      known.clear();
      show();
    };
    const changed = (state: ConnectionState) => {
      if (state === ConnectionState.Connected) for (const person of room.remoteParticipants.values()) came(person);
    };
    room.on(RoomEvent.ParticipantConnected, came).on(RoomEvent.ParticipantDisconnected, went);
    room.on(RoomEvent.Disconnected, gaveUp).on(RoomEvent.ConnectionStateChanged, changed);
    const timer = setInterval(() => {
      if (isBroken.current) away.wait(Date.now());
      else if (away.expire(Date.now())) show();
    }, TICK_MS);
    return () => {
      clearInterval(timer);
      room.off(RoomEvent.ParticipantConnected, came).off(RoomEvent.ParticipantDisconnected, went);
      room.off(RoomEvent.Disconnected, gaveUp).off(RoomEvent.ConnectionStateChanged, changed);
    };
  }, [room]);
  return people;
}
