/**
 * Seals with the own key alone.
 *
 * Every member holds everybody's keys, and livekit-client (2.23) seals with that of whoever the server says we are: so a
 * server could have us speak in another's name, and the others would open it as theirs.
 */
export class OwnSeal {
  private readonly keys = new WeakSet<CryptoKey>();
  /** Derived, and nothing was sealed with them yet. */
  private readonly unused = new WeakSet<CryptoKey>();

  /** `began` is called when something is sealed with a key for the first time: from then on all that is sent is. */
  constructor(private readonly began: () => void = () => {}) {}

  /** `material` is the own one: of others' keys none is ever made current. */
  own(material: CryptoKey): void {
    this.keys.add(material);
  }

  /** Have `subtle` know the keys that come from the own material, and refuse to seal with any other. */
  guard(subtle: Pick<SubtleCrypto, "encrypt" | "deriveKey">): void {
    const [encrypt, deriveKey] = [subtle.encrypt.bind(subtle), subtle.deriveKey.bind(subtle)];
    subtle.deriveKey = async (algorithm, material, ...rest: [AlgorithmIdentifier, boolean, KeyUsage[]]) => {
      const derived = await deriveKey(algorithm, material, ...rest);
      if (this.keys.has(material)) for (const known of [this.keys, this.unused]) known.add(derived);
      return derived;
    };
    subtle.encrypt = async (algorithm, key, data) => {
      if (!this.keys.has(key)) throw new Error("not our key");
      if (this.unused.delete(key)) this.began();
      return encrypt(algorithm, key, data);
    };
  }
}
