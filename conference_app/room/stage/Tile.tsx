/** One participant's picture or initials, or one shared screen, with name, microphone, connection and pin. */
import { isTrackReference, useConnectionQualityIndicator, useIsMuted, useIsSpeaking, VideoTrack } from "@livekit/components-react";
import type { TrackReferenceOrPlaceholder } from "@livekit/components-react";
import { ConnectionQuality, type Participant, Track } from "livekit-client";
import { MicOff, MonitorUp, Pin, PinOff, RotateCw, Signal, SignalLow } from "lucide-react";
import { type SyntheticEvent, useState } from "react";

import { Face } from "../shared/Face";
import { useNameOf } from "../shared/NamesProvider";
import { useWords } from "../shared/words";

interface TileProps {
  trackRef: TrackReferenceOrPlaceholder;
  width: number;
  height: number;
  /** Their connection, or the own one, is gone and may come back. */
  isAway?: boolean;
  isPinned?: boolean;
  onPin?: () => void;
  isFloating?: boolean;
}

/** Photo or initials as large as the tile allows. */
function Avatar({ participant, height }: { participant: Participant; height: number }) {
  return (
    <div className="flex size-full items-center justify-center">
      <Face participant={participant} size={Math.round(Math.min(144, Math.max(36, height * 0.42)))} />
    </div>
  );
}

function Quality({ trackRef }: { trackRef: TrackReferenceOrPlaceholder }) {
  const { t } = useWords();
  const { quality } = useConnectionQualityIndicator({ participant: trackRef.participant });
  if (quality !== ConnectionQuality.Poor && quality !== ConnectionQuality.Lost) return null;
  const isLost = quality === ConnectionQuality.Lost;
  const Icon = isLost ? SignalLow : Signal;
  return <Icon size={14} role="img" aria-label={t(isLost ? "connection_lost" : "connection_poor")} className="text-warn" />;
}

function NameTag({ trackRef, label, isAway }: { trackRef: TrackReferenceOrPlaceholder; label: string; isAway: boolean }) {
  const { t } = useWords();
  const isScreen = trackRef.source === Track.Source.ScreenShare;
  const isMuted = useIsMuted({ participant: trackRef.participant, source: Track.Source.Microphone });
  return (
    <div className="absolute bottom-2 left-2 flex max-w-[calc(100%-1rem)] items-center gap-1.5 rounded-md bg-black/60 px-2 py-1 text-xs font-medium text-white">
      {isScreen && <MonitorUp size={14} aria-hidden />}
      {isAway && <RotateCw size={14} aria-hidden className="shrink-0 animate-spin" />}
      {!isScreen && !isAway && isMuted && <MicOff size={14} role="img" aria-label={t("is_muted")} className="shrink-0 text-[#ff9b9b]" />}
      <bdi className="truncate" title={label}>
        {label}
      </bdi>
      {!isAway && <Quality trackRef={trackRef} />}
    </div>
  );
}

/** A portrait picture from a phone is shown whole; all others fill the tile. */
function Picture({ trackRef, isScreen }: { trackRef: TrackReferenceOrPlaceholder; isScreen: boolean }) {
  const [isPortrait, setIsPortrait] = useState(false);
  if (!isTrackReference(trackRef)) return null;
  const isMirrored = trackRef.participant.isLocal && !isScreen;
  const measure = ({ currentTarget: { videoWidth, videoHeight } }: SyntheticEvent<HTMLVideoElement>) =>
    setIsPortrait(videoHeight > videoWidth);
  return (
    <VideoTrack
      trackRef={trackRef}
      onLoadedMetadata={measure}
      onResize={measure}
      className={`size-full ${isScreen || isPortrait ? "object-contain" : "object-cover"} ${isMirrored ? "-scale-x-100" : ""}`}
    />
  );
}

function PinButton({ isPinned, name, onPin }: { isPinned: boolean; name: string; onPin: () => void }) {
  const { t } = useWords();
  const Icon = isPinned ? PinOff : Pin;
  const label = t(isPinned ? "unpin_name" : "pin_name", { name });
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onPin}
      className="absolute top-2 right-2 flex size-9 items-center justify-center rounded-full bg-black/60 text-white opacity-0 transition-opacity duration-150 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:top-0 pointer-coarse:right-0 pointer-coarse:size-11 pointer-coarse:bg-transparent pointer-coarse:opacity-70"
    >
      <Icon size={16} aria-hidden />
    </button>
  );
}

export function Tile({ trackRef, width, height, isAway = false, isPinned = false, onPin, isFloating }: TileProps) {
  const { t } = useWords();
  const { participant, source } = trackRef;
  const isScreen = source === Track.Source.ScreenShare;
  const isMuted = useIsMuted({ participant, source: Track.Source.Microphone });
  // The server's word that somebody fell silent comes later than that they muted themselves.
  const isSpeaking = useIsSpeaking(participant) && !isScreen && !isMuted;
  const name = useNameOf()(participant);
  const person = participant.isLocal ? (isFloating ? t("you") : t("name_you", { name })) : name;
  const present = isScreen ? t("screen_of", { name }) : person;
  const label = isAway ? t("name_reconnecting", { name: person }) : present;
  const isShown = isTrackReference(trackRef) && !trackRef.publication.isMuted;
  return (
    <div
      role="group"
      aria-label={label}
      data-identity={participant.identity}
      className={`group relative shrink-0 overflow-hidden rounded-card bg-stage-raised ${isFloating ? "shadow-float" : ""}`}
      style={{ width, height }}
    >
      <div className={`size-full ${isAway ? "opacity-40 grayscale" : ""}`}>
        {isShown ? <Picture trackRef={trackRef} isScreen={isScreen} /> : <Avatar participant={participant} height={height} />}
      </div>
      {isSpeaking && <span aria-hidden className="speaking pointer-events-none absolute inset-0 rounded-card border-[3px] border-[#57c98a]" />}
      <NameTag trackRef={trackRef} label={label} isAway={isAway} />
      {onPin && <PinButton isPinned={isPinned} name={name} onPin={onPin} />}
    </div>
  );
}
