/** Counts, for each sender, what could be opened and what could not: livekit-client soon stops telling of failures. */

export interface Opened {
  opened: number;
  /** Packets that could not be opened. */
  failed: number;
  /** Frames of tracks of which not one could be opened. */
  stuck: number;
}

/** What the worker tells the page each second, beside the messages of livekit-client. */
export interface TallyMessage {
  kind: "tally";
  /** Identity → counts since the message before; only of those of whom something came. */
  data: Record<string, Opened>;
}

interface Track {
  identity: string;
  opened: number;
  dropped: number;
}

export class Tally {
  private readonly senders = new WeakMap<CryptoKey, string>();
  private packets = new Map<string, { opened: number; failed: number }>();
  private tracks = new Map<string, Track>();

  /** `material` is a key of this sender. */
  name(material: CryptoKey, identity: string): void {
    this.senders.set(material, identity);
  }

  /** `derived` comes from `material`, and so is the same sender's. */
  derive(material: CryptoKey, derived: CryptoKey): void {
    const identity = this.senders.get(material);
    if (identity !== undefined) this.senders.set(derived, identity);
  }

  countPacket(key: CryptoKey, isOpened: boolean): void {
    const identity = this.senders.get(key);
    if (identity === undefined) return;
    const counts = this.packets.get(identity) ?? { opened: 0, failed: 0 };
    counts[isOpened ? "opened" : "failed"] += 1;
    this.packets.set(identity, counts);
  }

  countFrame(identity: string, trackId: string, isOpened: boolean): void {
    const name = `${identity} ${trackId}`;
    const track = this.tracks.get(name) ?? { identity, opened: 0, dropped: 0 };
    track[isOpened ? "opened" : "dropped"] += 1;
    this.tracks.set(name, track);
  }

  /** The counts since the last call. */
  take(): Record<string, Opened> {
    const taken: Record<string, Opened> = {};
    const of = (identity: string) => (taken[identity] ??= { opened: 0, failed: 0, stuck: 0 });
    for (const [identity, { opened, failed }] of this.packets) Object.assign(of(identity), { opened, failed });
    for (const { identity, opened, dropped } of this.tracks.values()) {
      of(identity).opened += opened;
      if (opened === 0) of(identity).stuck += dropped;
    }
    this.packets = new Map();
    this.tracks = new Map();
    return taken;
  }
}

/** Have `subtle` name the keys that it derives, and count the data packets that it decrypts: frames have additional data. */
export function tallyDecryption(subtle: Pick<SubtleCrypto, "decrypt" | "deriveKey">, tally: Tally): void {
  const [decrypt, deriveKey] = [subtle.decrypt.bind(subtle), subtle.deriveKey.bind(subtle)];
  subtle.deriveKey = async (algorithm, material, ...rest: [AlgorithmIdentifier, boolean, KeyUsage[]]) => {
    const derived = await deriveKey(algorithm, material, ...rest);
    tally.derive(material, derived);
    return derived;
  };
  subtle.decrypt = async (algorithm, key, data) => {
    const count = (isOpened: boolean) => {
      if ((algorithm as AesGcmParams).additionalData === undefined) tally.countPacket(key, isOpened);
    };
    try {
      const opened = await decrypt(algorithm, key, data);
      count(true);
      return opened;
    } catch (error) {
      count(false);
      throw error;
    }
  };
}
