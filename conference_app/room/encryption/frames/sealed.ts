/**
 * Closes the ways in which livekit-client's encryption worker (2.23) lets clear frames through.
 *
 * It encrypts what an identity sends, and decrypts what comes from one, only if it was told that encryption is enabled
 * for that identity: for others, that is what the server says of their tracks. Here everybody's is enabled, always: what
 * was not sealed with a member's key is dropped. Frames that the server may add (a "server-injected" black or silent
 * frame) are no exception.
 */

/** A message from the page to the worker, as far as it is looked at here (E2EEWorkerMessage in livekit-client). */
export interface ToWorker {
  kind: string;
  data: { participantIdentity?: string; [field: string]: unknown };
}

/** Marks what the page has not sent, so that its acknowledgement is kept back. */
export interface Enabling extends ToWorker {
  kind: "enable";
  isOurs?: true;
}

/** Kinds that the worker never gets: keys come from the group alone, and the server injects nothing. */
const REFUSED = new Set(["setSifTrailer", "ratchetRequest"]);
/** Kinds after which frames flow. */
const STARTING = new Set(["encode", "decode", "updateCodec"]);

/** Enable encryption for an identity. */
export function enabling(participantIdentity: string): Enabling {
  return { kind: "enable", data: { enabled: true, participantIdentity }, isOurs: true };
}

/** What the worker gets in place of `message`, in this order. */
export function sealed(message: ToWorker): ToWorker[] {
  if (REFUSED.has(message.kind)) return [];
  if (message.kind === "enable") return [{ ...message, data: { ...message.data, enabled: true } }];
  const identity = message.data?.participantIdentity;
  if (STARTING.has(message.kind) && identity) return [enabling(identity), message];
  return [message];
}

/** Whether the worker's message is for the page. */
export function isForPage(message: unknown): boolean {
  return (message as Enabling | null)?.isOurs !== true;
}
