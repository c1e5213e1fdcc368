/** Shows that the microphone hears the person: five bars that follow the loudness. */
import { createAudioAnalyser, type LocalAudioTrack } from "livekit-client";
import { useEffect, useRef, useState } from "react";

const BARS = [0.04, 0.12, 0.22, 0.36, 0.55];
const EVERY_MS = 80;

/** Loudness from 0 to 1, about twelve times a second; 0 without a track. */
export function useLoudness(track: LocalAudioTrack | undefined): number {
  const [loudness, setLoudness] = useState(0);
  useEffect(() => {
    if (!track) return undefined;
    const { calculateVolume, cleanup } = createAudioAnalyser(track, { cloneTrack: true, smoothingTimeConstant: 0.7 });
    const timer = setInterval(() => setLoudness(Math.min(1, calculateVolume() * 1.6)), EVERY_MS);
    return () => {
      clearInterval(timer);
      setLoudness(0);
      void cleanup();
    };
  }, [track]);
  return loudness;
}

export function LevelMeter({ track, label }: { track?: LocalAudioTrack; label: string }) {
  const loudness = useLoudness(track);
  const peak = useRef(0);
  peak.current = Math.max(loudness, peak.current * 0.9);
  const heard = BARS.filter((threshold) => peak.current >= threshold).length;
  return (
    <span
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={BARS.length}
      aria-valuenow={heard}
      className="flex h-5 items-center gap-[3px]"
    >
      {BARS.map((threshold, index) => (
        <span
          key={threshold}
          className={`w-[5px] rounded-full ${index < heard ? "bg-ok" : "bg-line"}`}
          style={{ height: 6 + index * 3 }}
        />
      ))}
    </span>
  );
}
