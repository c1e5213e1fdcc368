/** What has just happened, for those who look and for those who listen: one sentence, and a soft sound. */
import { useCallback, useEffect, useRef, useState } from "react";

import { loadChoice } from "../devices/devices";
import { play } from "../shared/chimes";
import { roomSettings } from "../shared/settings";
import type { Happening } from "./announcements";
import { Bell } from "./bell";

const SHOWN_MS = 6000;

/** A sentence; or what somebody wrote, and the id of the tool in which it stands. */
export type News = { kind: Happening; text: string } | { kind: "message"; name: string; text: string; tool: string };

/** The newest news until it is old, and `tell` for more. */
export function useNews(): { news: News | null; tell: (news: News) => void } {
  const [news, setNews] = useState<News | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [bell] = useState(() => new Bell());
  const tell = useCallback(
    (latest: News) => {
      clearTimeout(timer.current);
      setNews(latest);
      timer.current = setTimeout(() => setNews(null), SHOWN_MS);
      if (!roomSettings().hasSounds || !bell.mayRing(latest.kind, Date.now())) return;
      // A browser without sound has shown it all the same.
      void play(latest.kind, loadChoice().audiooutput).catch(() => undefined);
    },
    [bell],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  return { news, tell };
}
