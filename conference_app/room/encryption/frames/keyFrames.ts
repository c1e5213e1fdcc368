/**
 * Has the own cameras and screens send a key frame after each switch of keys: who has just come can't read the frames
 * before it, on which the others build.
 *
 * Chromium asks its encoder by a parameter of the sender, on the page; Firefox and Safari by the transformer of the
 * encoded frames, in the worker. Either takes no notice of the other's way.
 */
import type { Room } from "livekit-client";

/** What the worker tells the page once it seals with a new key: a key frame that was sealed with the old one would not help. */
export interface SealingMessage {
  kind: "sealing";
}

/** RTCRtpSender of WebRTC Extensions (setParameters with RTCSetParameterOptions), which the types don't know yet. */
interface AskedSender {
  getParameters: () => RTCRtpSendParameters;
  setParameters: (parameters: RTCRtpSendParameters, options: { encodingOptions: Array<{ keyFrame: boolean }> }) => Promise<void>;
}

function ask(sender: AskedSender): Promise<void> {
  const parameters = sender.getParameters();
  return sender.setParameters(parameters, { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) });
}

/** On the page. Resolves once all are asked; a sender that can't be asked is left alone. */
export async function sendKeyFrames({ localParticipant }: Room): Promise<void> {
  const senders = [...localParticipant.videoTrackPublications.values()].map(({ videoTrack }) => videoTrack?.sender);
  await Promise.allSettled(senders.filter((sender) => sender !== undefined).map(async (sender) => ask(sender as AskedSender)));
}

/** RTCRtpScriptTransformer of WebRTC Encoded Transform. */
export interface Encoder {
  generateKeyFrame?: () => Promise<unknown>;
}

/** In the worker. */
export class Encoders {
  private readonly encoders = new Set<Encoder>();

  add(encoder: Encoder): void {
    this.encoders.add(encoder);
  }

  /** Sound has no key frames, and a track that has ended no encoder: these are not asked again. */
  async sendKeyFrames(): Promise<void> {
    const asked = [...this.encoders].map(async (encoder) =>
      Promise.resolve(encoder.generateKeyFrame?.()).catch(() => this.encoders.delete(encoder)),
    );
    await Promise.allSettled(asked);
  }
}
