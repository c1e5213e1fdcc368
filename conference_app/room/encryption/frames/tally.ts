/** Counts, for each sender, what could be opened and what could not: livekit-client soon stops telling of failures. */

export interface Opened {
  opened: number;
  failed: number;
}

/** What the worker tells the page each second, beside the messages of livekit-client. */
export interface TallyMessage {
  kind: "tally";
  /** Identity → counts since the message before; only of those of whom something came. */
  data: Record<string, Opened>;
}

export class Tally {
  private readonly senders = new WeakMap<CryptoKey, string>();
  private counts = new Map<string, Opened>();

  /** `material` is a key of this sender. */
  name(material: CryptoKey, identity: string): void {
    this.senders.set(material, identity);
  }

  /** `derived` comes from `material`, and so is the same sender's. */
  derive(material: CryptoKey, derived: CryptoKey): void {
    const identity = this.senders.get(material);
    if (identity !== undefined) this.senders.set(derived, identity);
  }

  count(key: CryptoKey, isOpened: boolean): void {
    const identity = this.senders.get(key);
    if (identity === undefined) return;
    const counts = this.counts.get(identity) ?? { opened: 0, failed: 0 };
    counts[isOpened ? "opened" : "failed"] += 1;
    this.counts.set(identity, counts);
  }

  /** The counts since the last call. */
  take(): Record<string, Opened> {
    const taken = Object.fromEntries(this.counts);
    this.counts = new Map();
    return taken;
  }
}

/** Have `subtle` name the keys that it derives, and count what it decrypts. */
export function tallyDecryption(subtle: Pick<SubtleCrypto, "decrypt" | "deriveKey">, tally: Tally): void {
  const [decrypt, deriveKey] = [subtle.decrypt.bind(subtle), subtle.deriveKey.bind(subtle)];
  subtle.deriveKey = async (algorithm, material, ...rest: [AlgorithmIdentifier, boolean, KeyUsage[]]) => {
    const derived = await deriveKey(algorithm, material, ...rest);
    tally.derive(material, derived);
    return derived;
  };
  subtle.decrypt = async (algorithm, key, data) => {
    try {
      const opened = await decrypt(algorithm, key, data);
      tally.count(key, true);
      return opened;
    } catch (error) {
      tally.count(key, false);
      throw error;
    }
  };
}
