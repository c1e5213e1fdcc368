/** Microphone, camera and screen of the running call: switching, and saying what went wrong. */
import { useLocalParticipant } from "@livekit/components-react";
import { ConnectionState, type Room } from "livekit-client";
import { useCallback, useEffect, useRef } from "react";

import { cameraOptions, loadChoice, microphoneOptions, problemOf } from "../devices/devices";
import { problemWords } from "../devices/deviceWords";
import { useMutedByOthers, useSilenced } from "../devices/ownTracks";
import type { Wanted } from "../session/publishing";
import type { SessionState } from "../session/session";
import { useWords } from "../shared/words";

export interface Controls {
  hasSound: boolean;
  hasPicture: boolean;
  /** Switches show what was on, or is to be: no connection carries it at the moment. */
  isAsWanted: boolean;
  isSharing: boolean;
  canShare: boolean;
  toggleMicrophone: () => void;
  toggleCamera: () => void;
  toggleShare: () => void;
  /** Mute the microphone, for somebody else's reason. */
  mute: () => void;
  /** Push to talk: speak while true, if muted before. */
  talk: (isDown: boolean) => void;
}

/** Screen with the sound of the shared tab, in the browser's own picker. */
const SCREEN = { audio: true, systemAudio: "include", surfaceSwitching: "include" } as const;

/** Tells whoever shared their screen when the connection was lost that it is not shared any more. */
function useLostShare(isReconnecting: boolean, isSharing: boolean, notify: (text: string) => void): () => void {
  const { t } = useWords();
  const wasSharing = useRef(false);
  const wasReconnecting = useRef(false);
  useEffect(() => {
    const isBack = wasReconnecting.current && !isReconnecting;
    if (isBack && wasSharing.current && !isSharing) notify(t("share_lost"));
    if (!isReconnecting) wasSharing.current = isSharing;
    wasReconnecting.current = isReconnecting;
  }, [isReconnecting, isSharing, notify, t]);
  return useCallback(() => void (wasSharing.current = false), []);
}

/** Whether there is anything to switch: before a connection stands and after it is lost, tracks are only wanted. */
function isCarried(room: Room, { isStarting }: SessionState): boolean {
  return !isStarting && room.state !== ConnectionState.Disconnected && room.state !== ConnectionState.Connecting;
}

export function useControls(room: Room, state: SessionState, want: (change: Partial<Wanted>) => void, notify: (text: string) => void): Controls {
  const { t } = useWords();
  const local = useLocalParticipant({ room });
  const { localParticipant, isMicrophoneEnabled, isCameraEnabled, isScreenShareEnabled } = local;
  const session = useRef(state);
  session.current = state;
  const isSwitching = useRef(false);
  // What ends while it is being switched on has ended by itself.
  const isOwnDoing = useCallback((track: MediaStreamTrack) => isSwitching.current || (session.current.isStarting && track.readyState === "live"), []);
  const isTalking = useRef(false);

  /** Switch a device, or only note the wish for it where nothing carries it. */
  const set = useCallback(
    async (medium: keyof Wanted, isOn: boolean) => {
      if (!isCarried(room, session.current)) return want({ [medium]: isOn });
      const { audioinput, videoinput } = loadChoice();
      isSwitching.current = true;
      try {
        if (medium === "microphone") await localParticipant.setMicrophoneEnabled(isOn, microphoneOptions(audioinput));
        else await localParticipant.setCameraEnabled(isOn, cameraOptions(videoinput));
      } catch (error) {
        notify(t(problemWords(medium === "microphone" ? "audioinput" : "videoinput", problemOf(error))));
      } finally {
        isSwitching.current = false;
      }
    },
    [room, localParticipant, want, notify, t],
  );
  const toggle = (medium: keyof Wanted) => {
    const isOn = medium === "microphone" ? localParticipant.isMicrophoneEnabled : localParticipant.isCameraEnabled;
    void set(medium, !(isCarried(room, session.current) ? isOn : session.current.wanted[medium]));
  };

  const forgetShare = useLostShare(state.isReconnecting, isScreenShareEnabled, notify);
  const toggleShare = useCallback(async () => {
    forgetShare();
    try {
      await localParticipant.setScreenShareEnabled(!localParticipant.isScreenShareEnabled, SCREEN);
    } catch (error) {
      const problem = problemOf(error);
      // Closing the picker looks the same as being refused by the browser: whoever closed it needs no message.
      if (problem !== "denied") notify(t(problem === "system" ? "share_system" : "share_failed"));
    }
  }, [localParticipant, forgetShare, notify, t]);

  const talk = useCallback(
    (isDown: boolean) => {
      if (isDown && localParticipant.isMicrophoneEnabled) return;
      if (isDown || isTalking.current) void set("microphone", isDown);
      isTalking.current = isDown;
    },
    [localParticipant, set],
  );

  useMutedByOthers(localParticipant, isOwnDoing, notify);
  const { trouble } = state;
  useEffect(() => {
    if (trouble) notify(t(problemWords(trouble.kind, trouble.problem)));
  }, [trouble, notify, t]);
  const isMicrophoneSilenced = useSilenced("audioinput", local.microphoneTrack?.track, notify);
  const isCameraSilenced = useSilenced("videoinput", local.cameraTrack?.track, notify);

  const isAsWanted = state.isReconnecting || state.isStarting;
  return {
    hasSound: isAsWanted ? state.wanted.microphone : isMicrophoneEnabled && !isMicrophoneSilenced,
    hasPicture: isAsWanted ? state.wanted.camera : isCameraEnabled && !isCameraSilenced,
    isAsWanted,
    isSharing: isScreenShareEnabled,
    canShare: typeof navigator.mediaDevices?.getDisplayMedia === "function",
    mute: () => void set("microphone", false),
    toggleMicrophone: () => toggle("microphone"),
    toggleCamera: () => toggle("camera"),
    toggleShare: () => void toggleShare(),
    talk,
  };
}
