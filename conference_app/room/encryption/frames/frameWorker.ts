/**
 * livekit-client's encryption worker: its messages `sealed`, nothing sealed with another's key (`ownSeal`), nothing
 * decrypted twice (`replayGuard`), failures told (`tally`).
 */
import "livekit-client/e2ee-worker";

import { type Encoder, Encoders, type SealingMessage } from "./keyFrames";
import { makeMeterable, meter } from "./meter";
import { OwnSeal } from "./ownSeal";
import { guardDecryption } from "./replayGuard";
import { enabling, isForPage, sealed, type ToWorker } from "./sealed";
import { Tally, tallyDecryption, type TallyMessage } from "./tally";

interface TransformEvent extends Event {
  transformer: Encoder & { options?: { kind?: string; participantIdentity?: string; trackId?: string }; readable: ReadableStream };
}

interface FrameWorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  onrtctransform?: ((event: TransformEvent) => void) | null;
  postMessage: (message: unknown, transfer?: Transferable[]) => void;
  TransformStream: typeof TransformStream;
}

const scope = self as unknown as FrameWorkerScope;
const { onmessage: hear, onrtctransform: transform } = scope;
const post = scope.postMessage.bind(scope);

function know({ key, participantIdentity, updateCurrentKeyIndex }: ToWorker["data"]): void {
  if (participantIdentity) tally.name(key as CryptoKey, participantIdentity);
  if (updateCurrentKeyIndex === true) seal.own(key as CryptoKey);
}

/** Count what comes of a track, and what of it is opened. */
function follow(readable: ReadableStream, { participantIdentity, trackId }: { participantIdentity?: string; trackId?: unknown }): void {
  if (participantIdentity) meter(readable, (isPassed) => tally.countFrame(participantIdentity, String(trackId), isPassed));
}

function pass(data: ToWorker): void {
  if (data.kind === "setKey") know(data.data);
  if (data.kind === "decode") follow(data.data.readableStream as ReadableStream, data.data);
  hear?.(new MessageEvent("message", { data }));
}

const TALLY_MS = 1000;
const tally = new Tally();
const encoders = new Encoders();
const seal = new OwnSeal(() => {
  void encoders.sendKeyFrames();
  post({ kind: "sealing" } satisfies SealingMessage);
});
makeMeterable(scope);
seal.guard(crypto.subtle);
guardDecryption(crypto.subtle);
tallyDecryption(crypto.subtle, tally);
setInterval(() => {
  const data = tally.take();
  if (Object.keys(data).length > 0) post({ kind: "tally", data } satisfies TallyMessage);
}, TALLY_MS);
scope.postMessage = (message, transfer) => {
  if (isForPage(message)) post(message, transfer ?? []);
};
scope.onmessage = ({ data }) => sealed(data).forEach(pass);
// Firefox and Safari start frames by an event of their own.
if (transform) {
  scope.onrtctransform = (event) => {
    const { options, readable } = event.transformer;
    const identity = options?.participantIdentity;
    if (identity) pass(enabling(identity));
    if (options?.kind === "decode") follow(readable, options);
    if (options?.kind === "encode") encoders.add(event.transformer);
    transform(event);
  };
}
