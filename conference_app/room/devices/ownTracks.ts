/** What befalls the own microphone and camera in a call without the person's doing, told with its cause. */
import { type LocalParticipant, type LocalTrack, type LocalTrackPublication, ParticipantEvent, Track, TrackEvent } from "livekit-client";
import { useEffect, useState } from "react";

import { type InputKind, listDevices } from "./devices";
import { type TextKey, useWords } from "../shared/words";

const KINDS: Partial<Record<Track.Source, InputKind>> = {
  [Track.Source.Microphone]: "audioinput",
  [Track.Source.Camera]: "videoinput",
};
const STOPPED: Record<InputKind, TextKey> = { audioinput: "microphone_stopped", videoinput: "camera_stopped" };
const SILENCED: Record<InputKind, TextKey> = { audioinput: "microphone_silenced", videoinput: "camera_silenced" };

/**
 * Why `track` was muted although its owner did nothing, as far as it can be known; null where nothing is to be said.
 *
 * A device that ended was taken or unplugged: the latter is told by who watches the list of devices. One that still
 * runs can have been muted by the media server alone: a host's order is carried out here.
 */
export async function mutedWords(kind: InputKind, track: MediaStreamTrack): Promise<TextKey | null> {
  if (track.readyState === "live") return kind === "audioinput" ? "muted_by_server" : null;
  const { deviceId } = track.getSettings();
  const present = (await listDevices())[kind];
  return present.some((device) => device.deviceId === deviceId) ? STOPPED[kind] : null;
}

/** Tells the person why a device of theirs was muted, unless it was their own doing. */
export function useMutedByOthers(participant: LocalParticipant, isOwnDoing: (track: MediaStreamTrack) => boolean, notify: (text: string) => void): void {
  const { t } = useWords();
  useEffect(() => {
    const muted = (publication: LocalTrackPublication) => {
      const kind = KINDS[publication.source];
      const track = publication.track?.mediaStreamTrack;
      if (!kind || !track || isOwnDoing(track)) return;
      void mutedWords(kind, track).then((words) => words && notify(t(words)));
    };
    participant.on(ParticipantEvent.TrackMuted, muted as never);
    return () => void participant.off(ParticipantEvent.TrackMuted, muted as never);
  }, [participant, isOwnDoing, notify, t]);
}

const isSent = (track: Track | undefined): track is LocalTrack => track !== undefined && "isUpstreamPaused" in track;

/** Whether the system or the device itself holds `track` back, which others see as muted. Says so once each time. */
export function useSilenced(kind: InputKind, track: Track | undefined, notify: (text: string) => void): boolean {
  const { t } = useWords();
  const [isSilenced, setIsSilenced] = useState(false);
  useEffect(() => {
    if (!isSent(track)) return undefined;
    const paused = () => {
      setIsSilenced(true);
      notify(t(SILENCED[kind]));
    };
    const resumed = () => setIsSilenced(false);
    setIsSilenced(track.isUpstreamPaused);
    track.on(TrackEvent.UpstreamPaused, paused).on(TrackEvent.UpstreamResumed, resumed);
    return () => {
      setIsSilenced(false);
      track.off(TrackEvent.UpstreamPaused, paused).off(TrackEvent.UpstreamResumed, resumed);
    };
  }, [kind, track, notify, t]);
  return isSilenced;
}
