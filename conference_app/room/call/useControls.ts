/** Microphone, camera and screen of the running call: switching, and saying what went wrong. */
import { useLocalParticipant } from "@livekit/components-react";
import {
  type LocalParticipant,
  type LocalTrackPublication,
  ParticipantEvent,
  type Room,
  Track,
  type TrackPublication,
} from "livekit-client";
import { type RefObject, useCallback, useEffect, useRef } from "react";

import { cameraOptions, loadChoice, microphoneOptions, problemOf } from "../devices/devices";
import { problemWords } from "../devices/deviceWords";
import { useWords } from "../shared/words";

export interface Controls {
  hasSound: boolean;
  hasPicture: boolean;
  isSharing: boolean;
  canShare: boolean;
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleShare: () => void;
  /** Push to talk: speak while true, if muted before. */
  talk: (isDown: boolean) => void;
}

/** Screen with the sound of the shared tab, in the browser's own picker. */
const SCREEN = { audio: true, systemAudio: "include", surfaceSwitching: "include" } as const;

/** Tells the person when somebody else has muted them. */
function useMutedByHost(participant: LocalParticipant, isOwnDoing: RefObject<boolean>, notify: (text: string) => void): void {
  const { t } = useWords();
  useEffect(() => {
    const muted = (publication: TrackPublication | LocalTrackPublication) => {
      if (publication.source === Track.Source.Microphone && !isOwnDoing.current) notify(t("muted_by_host"));
    };
    participant.on(ParticipantEvent.TrackMuted, muted);
    return () => void participant.off(ParticipantEvent.TrackMuted, muted);
  }, [participant, isOwnDoing, notify, t]);
}

export function useControls(room: Room, notify: (text: string) => void): Controls {
  const { t } = useWords();
  const { localParticipant, isMicrophoneEnabled, isCameraEnabled, isScreenShareEnabled } = useLocalParticipant({ room });
  const isOwnDoing = useRef(false);
  const isTalking = useRef(false);

  const setSound = useCallback(
    async (isOn: boolean) => {
      isOwnDoing.current = true;
      try {
        await localParticipant.setMicrophoneEnabled(isOn, microphoneOptions(loadChoice().audioinput));
      } catch (error) {
        notify(t(problemWords("audioinput", problemOf(error))));
      } finally {
        isOwnDoing.current = false;
      }
    },
    [localParticipant, notify, t],
  );

  const toggleCamera = useCallback(async () => {
    try {
      await localParticipant.setCameraEnabled(!localParticipant.isCameraEnabled, cameraOptions(loadChoice().videoinput));
    } catch (error) {
      notify(t(problemWords("videoinput", problemOf(error))));
    }
  }, [localParticipant, notify, t]);

  const toggleShare = useCallback(async () => {
    try {
      await localParticipant.setScreenShareEnabled(!localParticipant.isScreenShareEnabled, SCREEN);
    } catch (error) {
      // Closing the picker looks the same as being refused: whoever closed it needs no message.
      if (problemOf(error) !== "denied") notify(t("share_failed"));
    }
  }, [localParticipant, notify, t]);

  const talk = useCallback(
    (isDown: boolean) => {
      if (isDown && localParticipant.isMicrophoneEnabled) return;
      if (isDown || isTalking.current) void setSound(isDown);
      isTalking.current = isDown;
    },
    [localParticipant, setSound],
  );

  useMutedByHost(localParticipant, isOwnDoing, notify);

  return {
    hasSound: isMicrophoneEnabled,
    hasPicture: isCameraEnabled,
    isSharing: isScreenShareEnabled,
    canShare: typeof navigator.mediaDevices?.getDisplayMedia === "function",
    toggleMicrophone: () => void setSound(!localParticipant.isMicrophoneEnabled),
    toggleCamera: () => void toggleCamera(),
    toggleShare: () => void toggleShare(),
    talk,
  };
}
