/** What a person sends into the room: at first what the lobby had opened, after a lost call what was on before. */
import { ConnectionState, type Room, RoomEvent, Track, type TrackPublication } from "livekit-client";

import { cameraOptions, type DeviceProblem, type InputKind, loadChoice, microphoneOptions, type OwnTracks, problemOf } from "../devices/devices";

/** What is on, or will be as soon as the connection carries it. */
export interface Wanted {
  microphone: boolean;
  camera: boolean;
}

/** A device that could not be switched on again. */
export interface Trouble {
  kind: InputKind;
  problem: DeviceProblem;
}

const MEDIUM: Partial<Record<Track.Source, keyof Wanted>> = {
  [Track.Source.Microphone]: "microphone",
  [Track.Source.Camera]: "camera",
};

export class Publishing {
  private wanted: Wanted = { microphone: false, camera: false };
  /** While devices are being switched on, what is wanted decides, not what is on so far. */
  private isStarting = false;

  /** `changed` hears what is wanted, and whether it is still on its way. */
  constructor(
    private readonly room: Room,
    private readonly changed: (wanted: Wanted, isStarting: boolean) => void,
  ) {}

  /** Begin to follow what is on; the returned function ends it. */
  attach = (): (() => void) => {
    const events = [RoomEvent.LocalTrackPublished, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted] as const;
    for (const event of events) this.room.on(event, this.follow);
    return () => {
      for (const event of events) this.room.off(event, this.follow);
    };
  };

  /** The person wants something else while there is no connection to carry it. */
  want = (change: Partial<Wanted>): void => this.set({ ...this.wanted, ...change });

  /** Send the lobby's tracks; they are stopped if the call is over (`isIn`) before they are there. */
  async begin(tracks: Promise<OwnTracks>, isIn: () => boolean): Promise<Trouble[]> {
    const { microphoneOn, cameraOn } = loadChoice();
    this.isStarting = true;
    this.set({ microphone: microphoneOn, camera: cameraOn });
    const { audio, video } = await tracks;
    if (!isIn()) {
      audio?.stop();
      video?.stop();
      return [];
    }
    const { microphone, camera } = this.wanted;
    this.set({ microphone: microphone && audio !== undefined, camera: camera && video !== undefined });
    // Whoever switched off meanwhile is neither heard nor seen for a moment.
    if (!microphone) await audio?.mute();
    if (!camera) await video?.mute();
    const { localParticipant } = this.room;
    await Promise.allSettled([audio && localParticipant.publishTrack(audio), video && localParticipant.publishTrack(video)]);
    return this.goOn();
  }

  /** Switch on and off until it is as wanted. Resolves with the devices that refused. */
  async goOn(): Promise<Trouble[]> {
    const wanted = { ...this.wanted };
    this.isStarting = true;
    this.set(wanted);
    const { localParticipant } = this.room;
    const { audioinput, videoinput } = loadChoice();
    const { microphone, camera } = wanted;
    const done = await Promise.all([
      microphone !== localParticipant.isMicrophoneEnabled &&
        tried("audioinput", localParticipant.setMicrophoneEnabled(microphone, microphoneOptions(audioinput))),
      camera !== localParticipant.isCameraEnabled &&
        tried("videoinput", localParticipant.setCameraEnabled(camera, cameraOptions(videoinput))),
    ]);
    if (this.wanted !== wanted) return this.goOn();
    this.isStarting = false;
    // Lost again: what was wanted is wanted still.
    if (this.room.state !== ConnectionState.Connected) return [];
    this.set({ microphone: localParticipant.isMicrophoneEnabled, camera: localParticipant.isCameraEnabled });
    return done.filter((trouble) => trouble !== null && trouble !== false);
  }

  private follow = (publication: TrackPublication, participant: unknown): void => {
    const medium = MEDIUM[publication.source];
    if (!medium || participant !== this.room.localParticipant || this.isStarting) return;
    this.want({ [medium]: !publication.isMuted });
  };

  private set(wanted: Wanted): void {
    this.wanted = wanted;
    this.changed(wanted, this.isStarting);
  }
}

async function tried(kind: InputKind, switching: Promise<unknown>): Promise<Trouble | null> {
  return switching.then(
    () => null,
    (error: unknown) => ({ kind, problem: problemOf(error) }),
  );
}
