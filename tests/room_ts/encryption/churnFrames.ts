/** Frames that members seal in each epoch, to see who can open them later. */
import { randomBytes, utf8 } from "../../../conference_app/room/encryption/bytes";

interface Frame {
  epoch: number;
  sender: string;
  nonce: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

/** What somebody has at one moment. */
export interface Held {
  epoch: number;
  keys: ReadonlyMap<string, CryptoKey>;
}

/** Frames that one person tries at most. */
const TRIES = 150;

function frameKey(key: CryptoKey): Promise<CryptoKey> {
  const from = { name: "HKDF", hash: "SHA-256", salt: utf8("churn"), info: new Uint8Array() };
  return crypto.subtle.deriveKey(from, key, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export class FrameLog {
  private readonly frames: Frame[] = [];
  private readonly sealing: Promise<void>[] = [];

  /** `sender` says something in the epoch that they have just come into. */
  say(sender: string, { epoch, keys }: Held): void {
    const key = keys.get(sender);
    if (key) this.sealing.push(this.seal(sender, epoch, key));
  }

  private async seal(sender: string, epoch: number, key: CryptoKey): Promise<void> {
    const nonce = randomBytes(12);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await frameKey(key), utf8(sender));
    this.frames.push({ epoch, sender, nonce, sealed });
  }

  /** How many of the frames whose epoch is `wanted` open with what somebody has, and how many were tried. */
  async opened({ keys }: Held, wanted: (epoch: number) => boolean): Promise<{ opened: number; tried: number }> {
    await Promise.all(this.sealing);
    const all = this.frames.filter(({ epoch, sender }) => wanted(epoch) && keys.has(sender));
    const tried = all.filter((_, index) => index % Math.ceil(all.length / TRIES) === 0);
    const openers = new Map<string, Promise<CryptoKey>>();
    for (const { sender } of tried) if (!openers.has(sender)) openers.set(sender, frameKey(keys.get(sender)!));
    const open = async ({ sender, nonce, sealed }: Frame) => crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, await openers.get(sender)!, sealed);
    const done = await Promise.allSettled(tried.map(open));
    return { opened: done.filter(({ status }) => status === "fulfilled").length, tried: tried.length };
  }
}
