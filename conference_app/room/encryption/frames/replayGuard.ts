/**
 * Refuses to decrypt the same frame or packet twice, and frames that come long after others of their stream.
 *
 * AES-GCM tells what a key has sealed, not when: a server could show an old frame again. livekit-client (2.23) writes
 * into each nonce (12 bytes) of a frame its stream (SSRC) and its time (RTP), of a data packet a random number and the
 * sender's clock, and uses no nonce twice under one key. So the nonces that opened something are remembered for a key.
 */

/** How far a frame may lag behind the newest of its stream: 2 s of the video clock (90 kHz). */
const FRAME_LAG = 180_000;
/** How far a data packet may lag behind the sender's newest, in milliseconds. */
const PACKET_LAG = 60_000;
/** Streams that are remembered for a key, and nonces for a stream: more than a sender has. */
const STREAMS = 64;
const NONCES = 4096;
const PACKETS = "packets";

/** `later` minus `earlier` of a clock that wraps at 2^32. */
function lag(later: number, earlier: number): number {
  return (later - earlier) | 0;
}

class Stream {
  private newest: number | null = null;
  private readonly seen = new Map<string, number>();

  constructor(private readonly most: number) {}

  isFresh(nonce: string, time: number): boolean {
    return !this.seen.has(nonce) && (this.newest === null || lag(this.newest, time) <= this.most);
  }

  remember(nonce: string, time: number): void {
    if (this.newest === null || lag(time, this.newest) > 0) this.newest = time;
    this.seen.set(nonce, time);
    for (const [old, at] of this.seen) {
      if (this.seen.size <= NONCES && lag(this.newest, at) <= this.most) return;
      this.seen.delete(old);
    }
  }
}

export class ReplayGuard {
  private readonly streams = new Map<string, Stream>();

  /** Whether the nonce has opened nothing yet and is not too old. `isFrame`: it is of a frame, not of a data packet. */
  isFresh(nonce: Uint8Array, isFrame: boolean): boolean {
    const { id, text, time } = parts(nonce, isFrame);
    return this.streams.get(id)?.isFresh(text, time) ?? true;
  }

  /** The nonce has opened something. Only then: what a stranger made up must not age what is real. */
  remember(nonce: Uint8Array, isFrame: boolean): void {
    const { id, text, time } = parts(nonce, isFrame);
    let stream = this.streams.get(id);
    if (stream === undefined) {
      stream = new Stream(isFrame ? FRAME_LAG : PACKET_LAG);
      this.streams.set(id, stream);
      const [oldest] = this.streams.keys();
      if (this.streams.size > STREAMS) this.streams.delete(oldest);
    }
    stream.remember(text, time);
  }
}

function parts(nonce: Uint8Array, isFrame: boolean): { id: string; text: string; time: number } {
  const view = new DataView(nonce.buffer, nonce.byteOffset, nonce.byteLength);
  const words = [view.getUint32(0), view.getUint32(4), view.getUint32(8)];
  return { id: isFrame ? String(words[0]) : PACKETS, text: words.join("."), time: words[1] };
}

const NONCE_BYTES = 12;

/**
 * Put a guard for each key before `subtle.decrypt`, which then rejects what it has opened before.
 *
 * Frames come with additional data (their clear header), data packets without.
 */
export function guardDecryption(subtle: Pick<SubtleCrypto, "decrypt">): void {
  const guards = new WeakMap<CryptoKey, ReplayGuard>();
  const decrypt = subtle.decrypt.bind(subtle);
  subtle.decrypt = async (algorithm, key, data) => {
    const { iv, additionalData } = algorithm as AesGcmParams;
    const nonce = ArrayBuffer.isView(iv) ? new Uint8Array(iv.buffer, iv.byteOffset, iv.byteLength) : new Uint8Array(iv);
    if (nonce.length !== NONCE_BYTES) throw new Error("not a nonce of ours");
    const isFrame = additionalData !== undefined;
    const guard = guards.get(key) ?? new ReplayGuard();
    guards.set(key, guard);
    if (!guard.isFresh(nonce, isFrame)) throw new Error("seen before");
    const opened = await decrypt(algorithm, key, data);
    // Asked again, since the same frame may have been opened meanwhile.
    if (!guard.isFresh(nonce, isFrame)) throw new Error("seen before");
    guard.remember(nonce, isFrame);
    return opened;
  };
}
