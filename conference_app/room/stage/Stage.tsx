/** The tiles: a grid, or one large tile with the others beside it. */
import { type TrackReferenceOrPlaceholder, useSpeakingParticipants } from "@livekit/components-react";
import { Track } from "livekit-client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useRef, useState } from "react";

import { RoundButton } from "../shared/pieces";
import { useIsPhone, useSize } from "../shared/useSize";
import { useWords } from "../shared/words";
import { focusLayout } from "./focusLayout";
import { carriedOver, gridLayout, inSight, pageOf, TILES_A_PAGE, TILES_A_PHONE_PAGE, WIDE } from "./gridLayout";
import { Tile } from "./Tile";

const GAP = 12;
const PHONE_GAP = 8;
/** On a phone a tile may be as narrow as a portrait, which shows faces larger than 16:9 would. */
const PHONE_ASPECT: [number, number] = [3 / 4, WIDE];

export const keyOf = (ref: TrackReferenceOrPlaceholder) => `${ref.participant.identity}/${ref.source}`;

interface Space {
  width: number;
  height: number;
}

function Pager({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
  const { t } = useWords();
  if (pages < 2) return null;
  return (
    <nav aria-label={t("pages")} className="absolute inset-x-0 bottom-0 flex items-center justify-center gap-3 text-sm text-on-stage-muted">
      <RoundButton label={t("page_before")} icon={ChevronLeft} onClick={() => onPage((page + pages - 1) % pages)} />
      <span className="tabular-nums">{t("page_of", { page: page + 1, pages })}</span>
      <RoundButton label={t("page_next")} icon={ChevronRight} onClick={() => onPage((page + 1) % pages)} />
    </nav>
  );
}

const PAGER_HEIGHT = 56;

function lastSpoke({ participant }: TrackReferenceOrPlaceholder): number {
  return participant.isSpeaking || participant.isLocal ? Infinity : (participant.lastSpokeAt?.getTime() ?? 0);
}

/** With several pages, who speaks comes onto the first one; with one page the plain order holds. */
function useInSight(refs: TrackReferenceOrPlaceholder[], size: number): TrackReferenceOrPlaceholder[] {
  useSpeakingParticipants();
  const order = useRef<string[]>([]);
  const byKey = new Map(refs.map((ref) => [keyOf(ref), ref]));
  const present = [...byKey.keys()];
  order.current =
    refs.length > size
      ? inSight(carriedOver(order.current, present), size, (key) => lastSpoke(byKey.get(key)!))
      : present;
  return order.current.map((key) => byKey.get(key)!);
}

interface GridViewProps {
  refs: TrackReferenceOrPlaceholder[];
  isAway: (ref: TrackReferenceOrPlaceholder) => boolean;
  space: Space;
  isPhone: boolean;
  onPin: (key: string) => void;
}

function GridView({ refs, isAway, space, isPhone, onPin }: GridViewProps) {
  const [page, setPage] = useState(0);
  const size = isPhone ? TILES_A_PHONE_PAGE : TILES_A_PAGE;
  const current = pageOf(useInSight(refs, size), size, page);
  const gap = isPhone ? PHONE_GAP : GAP;
  const height = space.height - (current.pages > 1 ? PAGER_HEIGHT : 0);
  const aspect = isPhone ? PHONE_ASPECT : undefined;
  const grid = gridLayout(current.shown.length, { width: space.width, height, gap, aspect });
  const width = grid.columns * grid.tileWidth + (grid.columns - 1) * gap;
  return (
    <>
      <div className="flex items-center justify-center" style={{ height }}>
        <div className="flex flex-wrap content-center justify-center" style={{ gap, width }}>
          {current.shown.map((ref) => (
            <Tile
              key={keyOf(ref)}
              trackRef={ref}
              isAway={isAway(ref)}
              width={grid.tileWidth}
              height={grid.tileHeight}
              onPin={refs.length > 1 ? () => onPin(keyOf(ref)) : undefined}
            />
          ))}
        </div>
      </div>
      <Pager page={current.page} pages={current.pages} onPage={setPage} />
    </>
  );
}

interface FocusViewProps {
  focus: TrackReferenceOrPlaceholder;
  others: TrackReferenceOrPlaceholder[];
  self: TrackReferenceOrPlaceholder | undefined;
  isAway: (ref: TrackReferenceOrPlaceholder) => boolean;
  space: Space;
  isPhone: boolean;
  pinned: string | null;
  onPin: (key: string) => void;
}

function FocusView({ focus, others, self, isAway, space, isPhone, pinned, onPin }: FocusViewProps) {
  const isScreen = focus.source === Track.Source.ScreenShare;
  const layout = focusLayout(others.length, self !== undefined, space, GAP, isPhone && !isScreen ? PHONE_ASPECT[0] : WIDE);
  const isPinned = pinned === keyOf(focus);
  const isBelow = layout.strip === "below";
  const strip = isBelow && self ? [...others, self] : others;
  return (
    <div className={`relative flex size-full items-center justify-center ${isBelow ? "flex-col" : ""}`} style={{ gap: GAP }}>
      <Tile trackRef={focus} isAway={isAway(focus)} {...layout.focus} isPinned={isPinned} onPin={() => onPin(keyOf(focus))} />
      {others.length > 0 && (
        <div
          className={`flex [scrollbar-width:thin] ${isBelow ? "self-start overflow-x-auto" : "flex-col self-start overflow-y-auto"}`}
          style={{ gap: GAP, ...layout.stripSpace }}
        >
          {strip.map((ref) => (
            <Tile key={keyOf(ref)} trackRef={ref} isAway={isAway(ref)} {...layout.tile} onPin={() => onPin(keyOf(ref))} />
          ))}
        </div>
      )}
      {self && !isBelow && (
        <div className="absolute right-0 bottom-0">
          <Tile trackRef={self} isAway={isAway(self)} {...layout.self} isFloating />
        </div>
      )}
    </div>
  );
}

export interface StageProps {
  /** Identities of those who stand there in place of people whose connection is gone. */
  away: ReadonlySet<string>;
  /** Our own connection is gone. */
  isReconnecting: boolean;
  refs: TrackReferenceOrPlaceholder[];
  focus: TrackReferenceOrPlaceholder | undefined;
  pinned: string | null;
  onPin: (key: string) => void;
}

export function Stage({ refs, away, isReconnecting, focus, pinned, onPin }: StageProps) {
  const ref = useRef<HTMLDivElement>(null);
  const space = useSize(ref);
  const isPhone = useIsPhone();
  const isKnown = space.width > 0 && space.height > 0;
  const self = refs.find((one) => one.participant.isLocal && one !== focus && one.source === "camera");
  const others = refs.filter((one) => one !== focus && one !== self);
  const isAway = ({ participant }: TrackReferenceOrPlaceholder) =>
    participant.isLocal ? isReconnecting : away.has(participant.identity);
  return (
    <div ref={ref} className="relative min-h-0 min-w-0 flex-1">
      {isKnown && focus && <FocusView {...{ focus, others, self, isAway, space, isPhone, pinned, onPin }} />}
      {isKnown && !focus && <GridView {...{ refs, isAway, space, isPhone, onPin }} />}
    </div>
  );
}
