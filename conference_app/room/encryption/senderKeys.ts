/** Hands the keys of an epoch to livekit-client: those of others at once, the own one later, old ones replaced. */
import { BaseKeyProvider, KeyProviderEvent } from "livekit-client";

import { RING } from "./keySchedule";

/** livekit-client's side: each key goes to its worker once, in the order in which it comes. */
export class SenderKeys extends BaseKeyProvider {
  constructor() {
    super({ ratchetWindowSize: 0, keyringSize: RING, failureTolerance: -1, keySize: 256 });
  }

  /** `isCurrent`: what is sent from now on is sealed with it; matters for the own identity only. */
  set(identity: string, epoch: number, key: CryptoKey, isCurrent: boolean): void {
    const keyIndex = epoch % RING;
    this.emit(KeyProviderEvent.SetKey, { key, participantIdentity: identity, keyIndex }, isCurrent);
  }

  /** None to send again: the worker outlives every connection, and a key that comes anew would forget what it opened. */
  override getKeys(): [] {
    return [];
  }
}
