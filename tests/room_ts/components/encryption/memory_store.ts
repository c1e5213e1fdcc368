/** A browser's storage of the vault, kept in memory; and passwords whose keys take no time. */
import type { Bytes } from "../../../../conference_app/room/encryption/bytes";
import { passwordKey, type PasswordKeyMaker } from "../../../../conference_app/components/encryption/vault_crypto";
import type { Proofs, VaultStore } from "../../../../conference_app/components/encryption/vault_store";

export class MemoryStore implements VaultStore {
  readonly masters = new Map<string, Bytes>();
  proven: Proofs = { password: null, passkey: null };

  master = async (account: string) => this.masters.get(account) ?? null;
  keep = async (account: string, master: Bytes) => void this.masters.set(account, master);
  proofs = async () => this.proven;
  dropProofs = async () => {
    this.proven = { password: null, passkey: null };
  };

  async type(password: string, isRight = true): Promise<void> {
    this.proven = { ...this.proven, password: { key: await typed(password), isRight } };
  }

  async use(credential: string, secret: Bytes): Promise<void> {
    const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    this.proven = { ...this.proven, passkey: { credential, key } };
  }
}

export function typed(password: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, ["deriveKey"]);
}

/** As the worker does, with as many rounds as a test has patience for. */
export const quick: PasswordKeyMaker = (key, salt) => passwordKey(key, salt, 2);
