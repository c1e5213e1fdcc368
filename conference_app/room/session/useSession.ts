/** The session of a page: made once, told of every answer of the page's State. */
import { useEffect, useRef, useState } from "react";

import type { OwnTracks } from "../devices/devices";
import { toB64 } from "../encryption/bytes";
import { linkProof, type RootKeys } from "../encryption/entrance";
import { type SealedRoom, sealingOf } from "../encryption/sealedRoom";
import type { Answer, MeetingAccess } from "../pageMessages";
import { type Request, Session } from "./session";

export interface SessionPage {
  access: MeetingAccess;
  answer: Answer;
  onJoin: (name: string, passPhrase: string, leafKey: string, proof: string) => void;
  onAnswerTaken: (id: string) => void;
}

export function useSession(sealed: SealedRoom, vault: RootKeys, page: SessionPage, takeTracks: () => Promise<OwnTracks>): Session {
  const latest = useRef({ page, takeTracks });
  latest.current = { page, takeTracks };
  const [session] = useState(() => {
    const ask = async ({ name, passPhrase }: Request) => {
      const leafKey = await sealed.group.leafKey;
      const proof = await linkProof(window.location.href, leafKey, name);
      latest.current.page.onJoin(name, passPhrase, toB64(leafKey), proof);
    };
    const sealing = sealingOf(sealed, () => latest.current.page.access.meeting_id, vault);
    return new Session(sealed.room, sealing, (request) => void ask(request), () => latest.current.takeTracks());
  });
  useEffect(() => session.attach(), [session]);
  const { answer, access, onAnswerTaken } = page;
  const taken = useRef(onAnswerTaken);
  taken.current = onAnswerTaken;
  useEffect(() => {
    if (!answer.id) return;
    session.hear(answer);
    taken.current(answer.id);
    // Each answer counts once, whatever else is rendered.
  }, [session, answer.id]);
  useEffect(() => session.askAgain(), [session, access.id]);
  return session;
}
