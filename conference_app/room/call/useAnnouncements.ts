/** Turns what happens in the room into sentences for a polite live region. */
import { ConnectionState, type Participant, type Room, RoomEvent, Track, type TrackPublication } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { useNameOf } from "../shared/NamesProvider";
import { useWords, type Words } from "../shared/words";
import { Comings, type Gathering, type Happening } from "./announcements";

const TICK_MS = 500;
/** What was said stands in the page this long, for readers that come late; then it would only be found by accident. */
const STANDS_MS = 6000;
const LONGEST_READ = 200;

function gatheringText({ kind, names }: Gathering, { t, n }: Words): string {
  const [first] = names;
  if (names.length === 1) return t(kind === "joined" ? "one_joined" : "one_left", { name: first });
  return n(kind === "joined" ? "many_joined" : "many_left", names.length - 1, { name: first });
}

/** The sentence to read out now, and `say` for sentences of one's own. `tell` hears of comings and goings. */
export function useAnnouncements(
  room: Room,
  isReconnecting: boolean,
  tell: (news: { kind: Happening; text: string }) => void,
): { spoken: string; say: (sentence: string) => void } {
  const words = useWords();
  const nameOf = useNameOf();
  const [spoken, setSpoken] = useState("");
  const queue = useRef<string[]>([]);
  const comings = useRef(new Comings());
  const current = useRef({ words, isReconnecting });
  current.current = { words, isReconnecting };
  const say = useCallback((sentence: string) => void queue.current.push(sentence.slice(0, LONGEST_READ)), []);

  useEffect(() => {
    const isNews = () => !current.current.isReconnecting && room.state === ConnectionState.Connected;
    const joined = (person: Participant) => isNews() && comings.current.joined(person.identity, nameOf(person), Date.now());
    const left = (person: Participant) => isNews() && comings.current.left(person.identity, nameOf(person), Date.now());
    const sharing = (key: "share_started" | "share_stopped") => (publication: TrackPublication, person: Participant) => {
      if (publication.source !== Track.Source.ScreenShare || !isNews()) return;
      say(current.current.words.t(key, { name: nameOf(person) }));
    };
    const [started, stopped] = [sharing("share_started"), sharing("share_stopped")];
    room.on(RoomEvent.ParticipantConnected, joined).on(RoomEvent.ParticipantDisconnected, left);
    room.on(RoomEvent.TrackPublished, started).on(RoomEvent.TrackUnpublished, stopped);
    room.on(RoomEvent.LocalTrackPublished, started).on(RoomEvent.LocalTrackUnpublished, stopped);
    let since = 0;
    const timer = setInterval(() => {
      const gathered = comings.current.due(Date.now()).map((gathering) => {
        const text = gatheringText(gathering, current.current.words);
        tell({ kind: gathering.kind, text });
        return text;
      });
      const sentences = [...queue.current.splice(0), ...gathered];
      if (sentences.length > 0) {
        since = Date.now();
        setSpoken(sentences.join(" "));
      } else if (since > 0 && Date.now() - since > STANDS_MS) {
        since = 0;
        setSpoken("");
      }
    }, TICK_MS);
    return () => {
      clearInterval(timer);
      room.off(RoomEvent.ParticipantConnected, joined).off(RoomEvent.ParticipantDisconnected, left);
      room.off(RoomEvent.TrackPublished, started).off(RoomEvent.TrackUnpublished, stopped);
      room.off(RoomEvent.LocalTrackPublished, started).off(RoomEvent.LocalTrackUnpublished, stopped);
    };
  }, [room, say, nameOf, tell]);

  useEffect(() => {
    if (isReconnecting) comings.current.clear();
    if (isReconnecting) say(current.current.words.t("reconnecting"));
    else if (room.state === ConnectionState.Connected) say(current.current.words.t("you_are_in"));
  }, [isReconnecting, room, say]);

  return { spoken, say };
}
