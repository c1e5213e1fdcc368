/** What a person sends into the room: at first what the lobby had opened, after a lost call what was on before. */
import type { Room } from "livekit-client";

import { loadChoice, type OwnTracks } from "../devices/devices";

export class Publishing {
  private wanted = { microphone: false, camera: false };

  constructor(private readonly room: Room) {}

  /** Send the lobby's tracks; they are stopped if the call is over (`isIn`) before they are there. */
  async begin(tracks: Promise<OwnTracks>, isIn: () => boolean): Promise<void> {
    const { audio, video } = await tracks;
    if (!isIn()) {
      audio?.stop();
      video?.stop();
      return;
    }
    const { localParticipant } = this.room;
    // A track that cannot be published is a switched-off device to the person, who can switch it on again.
    await Promise.allSettled([audio && localParticipant.publishTrack(audio), video && localParticipant.publishTrack(video)]);
  }

  /** Note what is on, for `goOn`: before the connection that carries it is gone. */
  remember(): void {
    const { isMicrophoneEnabled, isCameraEnabled } = this.room.localParticipant;
    this.wanted = { microphone: isMicrophoneEnabled, camera: isCameraEnabled };
  }

  /** Switch on again what was on. */
  async goOn(): Promise<void> {
    const { localParticipant } = this.room;
    const { audioinput, videoinput } = loadChoice();
    await Promise.allSettled([
      this.wanted.microphone && localParticipant.setMicrophoneEnabled(true, { deviceId: audioinput || undefined }),
      this.wanted.camera && localParticipant.setCameraEnabled(true, { deviceId: videoinput || undefined }),
    ]);
  }
}
