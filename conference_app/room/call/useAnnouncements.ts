/** Turns what happens in the room into sentences for a polite live region. */
import { ConnectionState, type Participant, type Room, RoomEvent, Track, type TrackPublication } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { useNameOf } from "../shared/NamesProvider";
import { useMemberOf } from "../shared/usePeople";
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

/** Notes who comes and goes. While we reconnect ourselves, who seems to go and come again is no news. */
function useComings(comings: Comings, people: Participant[], isReconnecting: boolean): void {
  const nameOf = useNameOf();
  const before = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (isReconnecting) return;
    const now = new Set(people.filter((one) => !one.isLocal).map((one) => one.identity));
    const known = before.current;
    before.current = now;
    if (known === null) return;
    for (const identity of now) if (!known.has(identity)) comings.joined(identity, nameOf({ identity }), Date.now());
    for (const identity of known) if (!now.has(identity)) comings.left(identity, nameOf({ identity }), Date.now());
  });
}

/** The sentence to read out now, and `say` for sentences of one's own. `tell` hears of comings and goings of `people`. */
export function useAnnouncements(
  room: Room,
  people: Participant[],
  isReconnecting: boolean,
  tell: (news: { kind: Happening; text: string }) => void,
): { spoken: string; say: (sentence: string) => void } {
  const words = useWords();
  const nameOf = useNameOf();
  const memberOf = useMemberOf();
  const [spoken, setSpoken] = useState("");
  const queue = useRef<string[]>([]);
  const comings = useRef(new Comings());
  const current = useRef({ words, isReconnecting, memberOf });
  current.current = { words, isReconnecting, memberOf };
  const say = useCallback((sentence: string) => void queue.current.push(sentence.slice(0, LONGEST_READ)), []);

  useEffect(() => {
    const isNews = () => !current.current.isReconnecting && room.state === ConnectionState.Connected;
    const sharing = (key: "share_started" | "share_stopped") => (publication: TrackPublication, person: Participant) => {
      if (publication.source !== Track.Source.ScreenShare || !isNews() || !current.current.memberOf(person)) return;
      say(current.current.words.t(key, { name: nameOf(person) }));
    };
    const [started, stopped] = [sharing("share_started"), sharing("share_stopped")];
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
      room.off(RoomEvent.TrackPublished, started).off(RoomEvent.TrackUnpublished, stopped);
      room.off(RoomEvent.LocalTrackPublished, started).off(RoomEvent.LocalTrackUnpublished, stopped);
    };
  }, [room, say, nameOf, tell]);

  useComings(comings.current, people, isReconnecting);
  useEffect(() => {
    if (isReconnecting) comings.current.clear();
    if (isReconnecting) say(current.current.words.t("reconnecting"));
    else if (room.state === ConnectionState.Connected) say(current.current.words.t("you_are_in"));
  }, [isReconnecting, room, say]);

  return { spoken, say };
}
