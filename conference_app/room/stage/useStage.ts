/** What stands on the stage: which tiles, in which order, and which one is large. */
import { useTracks } from "@livekit/components-react";
import type { TrackReferenceOrPlaceholder } from "@livekit/components-react";
import { type Participant, type Room, RoomEvent, Track } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { useMemberOf } from "../shared/usePeople";
import { TILES_A_PAGE } from "./gridLayout";
import { keyOf } from "./Stage";
import type { View } from "./view";

/** Whoever spoke last stays on the stage this long before another takes it, in milliseconds. */
const HOLD_MS = 1500;

/** Identity of the other participant who spoke last. */
function useLastSpeaker(room: Room): string | null {
  const [last, setLast] = useState<string | null>(null);
  useEffect(() => {
    let since = 0;
    let shown: string | null = null;
    const change = (speakers: Participant[]) => {
      const remote = speakers.filter((speaker) => !speaker.isLocal);
      if (remote.length === 0 || remote.some((speaker) => speaker.identity === shown)) return;
      if (Date.now() - since < HOLD_MS) return;
      since = Date.now();
      shown = remote[0].identity;
      setLast(shown);
    };
    room.on(RoomEvent.ActiveSpeakersChanged, change);
    return () => void room.off(RoomEvent.ActiveSpeakersChanged, change);
  }, [room]);
  return last;
}

/** The place of each person, by identity: who comes back after a broken connection comes back to the same place. */
type Places = Map<string, number>;

function takePlaces(places: Places, refs: TrackReferenceOrPlaceholder[]): void {
  const came = (ref: TrackReferenceOrPlaceholder) => ref.participant.joinedAt?.getTime() ?? 0;
  for (const { participant } of [...refs].sort((one, two) => came(one) - came(two))) {
    if (!places.has(participant.identity)) places.set(participant.identity, places.size);
  }
}

/** Others in order of coming, oneself last; but first when there are more than fit on one page. */
function inOrder(refs: TrackReferenceOrPlaceholder[], places: Places): TrackReferenceOrPlaceholder[] {
  takePlaces(places, refs);
  const own = refs.filter((ref) => ref.participant.isLocal);
  const others = refs.filter((ref) => !ref.participant.isLocal);
  const place = (ref: TrackReferenceOrPlaceholder) => places.get(ref.participant.identity) ?? 0;
  others.sort((one, two) => place(one) - place(two));
  return refs.length > TILES_A_PAGE ? [...own, ...others] : [...others, ...own];
}

export interface StageContent {
  /** Identities of those whose connection is gone: their tile stands in for them. */
  away: ReadonlySet<string>;
  refs: TrackReferenceOrPlaceholder[];
  focus: TrackReferenceOrPlaceholder | undefined;
  pinned: string | null;
  togglePin: (key: string) => void;
}

/** A tile for each person whose connection is gone, until they are back. */
function standIns(people: Participant[], found: TrackReferenceOrPlaceholder[]): TrackReferenceOrPlaceholder[] {
  const present = new Set(found.map((ref) => ref.participant.identity));
  return people
    .filter((person) => !present.has(person.identity))
    .map((participant) => ({ participant, source: Track.Source.Camera }));
}

/** Whoever shares a screen sees it anyway: in the room it would show itself without end. */
const isOwnScreen = (ref: TrackReferenceOrPlaceholder) => ref.participant.isLocal && ref.source === Track.Source.ScreenShare;

/** `gone`: people whose connection is lost and who keep their place. */
export function useStage(room: Room, view: View, gone: Participant[]): StageContent {
  const memberOf = useMemberOf();
  const found = useTracks(
    [
      { source: Track.Source.Camera, withPlaceholder: true },
      { source: Track.Source.ScreenShare, withPlaceholder: false },
    ],
    { room, onlySubscribed: true },
  );
  const [pinned, setPinned] = useState<string | null>(null);
  const speaker = useLastSpeaker(room);
  const togglePin = useCallback((key: string) => setPinned((before) => (before === key ? null : key)), []);

  const places = useRef<Places>(new Map());
  const isShown = ({ participant }: TrackReferenceOrPlaceholder) => participant.isLocal || memberOf(participant) !== undefined;
  const seen = found.filter((ref) => !isOwnScreen(ref) && isShown(ref));
  const absent = standIns(gone, seen);
  const refs = inOrder([...seen, ...absent], places.current);
  const others = refs.filter((ref) => !ref.participant.isLocal);
  const screen = others.findLast((ref) => ref.source === Track.Source.ScreenShare);
  const speaking = others.find((ref) => ref.participant.identity === speaker) ?? others[0];
  const chosen = refs.find((ref) => keyOf(ref) === pinned);
  const away = new Set(absent.map((ref) => ref.participant.identity));
  return { refs, away, focus: chosen ?? screen ?? (view === "speaker" ? speaking : undefined), pinned, togglePin };
}
