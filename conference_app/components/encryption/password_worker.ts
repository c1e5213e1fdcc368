/** Derives the key of a password where it holds up nobody: a fraction of a second of arithmetic on purpose. */
import type { Bytes } from "../../room/encryption/bytes";
import { passwordKey } from "./vault_crypto";

export interface Derivation {
  typed: CryptoKey;
  salt: Bytes;
  rounds: number;
}

self.onmessage = async ({ data }: MessageEvent<Derivation>) => {
  self.postMessage(await passwordKey(data.typed, data.salt, data.rounds));
};
