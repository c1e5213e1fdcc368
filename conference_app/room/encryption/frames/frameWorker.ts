/** livekit-client's encryption worker, with its messages sealed (`sealed`) and nothing decrypted twice (`replayGuard`). */
import "livekit-client/e2ee-worker";

import { guardDecryption } from "./replayGuard";
import { enabling, isForPage, sealed, type ToWorker } from "./sealed";

interface TransformEvent extends Event {
  transformer: { options?: { participantIdentity?: string } };
}

interface FrameWorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  onrtctransform?: ((event: TransformEvent) => void) | null;
  postMessage: (message: unknown, transfer?: Transferable[]) => void;
}

const scope = self as unknown as FrameWorkerScope;
const { onmessage: hear, onrtctransform: transform } = scope;
const post = scope.postMessage.bind(scope);

function pass(data: ToWorker): void {
  hear?.(new MessageEvent("message", { data }));
}

guardDecryption(crypto.subtle);
scope.postMessage = (message, transfer) => {
  if (isForPage(message)) post(message, transfer ?? []);
};
scope.onmessage = ({ data }) => sealed(data).forEach(pass);
// Firefox and Safari start frames by an event of their own.
if (transform) {
  scope.onrtctransform = (event) => {
    const identity = event.transformer.options?.participantIdentity;
    if (identity) pass(enabling(identity));
    transform(event);
  };
}
