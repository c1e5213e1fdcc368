/**
 * Decides what a page's vault is: made now, open, or locked; and what the server has to keep anew.
 *
 * Nothing here asks anybody: what was proven on the way to this page (a password, a passkey) is used if it fits. What
 * opens it on a person's press is in `VaultKeeper`.
 */
import type { Bytes } from "../../room/encryption/bytes";
import {
  newMaster,
  opened,
  openedByPassword,
  type Owner,
  passkeyKey,
  passkeyWrap,
  type PasswordKeyMaker,
  passwordWrap,
  vaultIdOf,
  type Wrap,
} from "./vault_crypto";
import type { Proofs, VaultStore } from "./vault_store";

/** What the server says of an account's vault. */
export interface KeptVault {
  account: string;
  /** "" while there is none. */
  vaultId: string;
  wraps: Wrap[];
  /** Base64url of a passkey's credential id → the server's number of that passkey. */
  passkeys: Record<string, string>;
}

/** What a page knows once it has looked: no master means locked. */
export interface Settled {
  owner: Owner;
  master: Bytes | null;
  /** What the server should keep, if it is not null. */
  put: Wrap[] | null;
}

export interface Means {
  store: VaultStore;
  derive: PasswordKeyMaker;
}

async function masterByProofs(owner: Owner, vault: KeptVault, proofs: Proofs, derive: PasswordKeyMaker): Promise<Bytes | null> {
  for (const wrap of vault.wraps) {
    const isOfPasskey = proofs.passkey && wrap.kind === "passkey" && wrap.passkey_id === vault.passkeys[proofs.passkey.credential];
    const master = isOfPasskey ? await opened(owner, wrap, await passkeyKey(proofs.passkey!.key)) : null;
    if (master) return master;
  }
  const locked = vault.wraps.find(({ kind }) => kind === "password");
  return locked && proofs.password ? openedByPassword(owner, locked, proofs.password.key, derive) : null;
}

/** Wraps by what was proven and that the server lacks: it has none of the kind, or one that another password made. */
export async function missingWraps(owner: Owner, vault: KeptVault, master: Bytes, proofs: Proofs, derive: PasswordKeyMaker): Promise<Wrap[]> {
  const made: Wrap[] = [];
  const { password, passkey } = proofs;
  const kept = vault.wraps.find(({ kind }) => kind === "password");
  if (password?.isRight && !(kept && (await openedByPassword(owner, kept, password.key, derive)))) {
    made.push(await passwordWrap(owner, master, password.key, derive));
  }
  const passkeyId = passkey && vault.passkeys[passkey.credential];
  if (passkeyId && !vault.wraps.some((wrap) => wrap.passkey_id === passkeyId)) {
    made.push(await passkeyWrap(owner, master, passkey.key, passkeyId));
  }
  return made;
}

/**
 * Looks at what this browser and the server have. A master key of another vault counts as none: it was replaced
 * elsewhere. It is not deleted before another takes its place, since a server that is set back may come to it again.
 */
export async function settle(vault: KeptVault, { store, derive }: Means): Promise<Settled> {
  const proofs = await store.proofs();
  const here = await store.master(vault.account);
  if (!vault.vaultId) {
    const master = here ?? newMaster();
    const owner = { account: vault.account, vaultId: await vaultIdOf(master) };
    if (!here) await store.keep(vault.account, master);
    return { owner, master, put: await missingWraps(owner, vault, master, proofs, derive) };
  }
  const owner = { account: vault.account, vaultId: vault.vaultId };
  const isOurs = here !== null && (await vaultIdOf(here)) === vault.vaultId;
  const master = isOurs ? here : await masterByProofs(owner, vault, proofs, derive);
  if (!master) return { owner, master, put: null };
  if (!isOurs) await store.keep(vault.account, master);
  const put = await missingWraps(owner, vault, master, proofs, derive);
  return { owner, master, put: put.length > 0 ? put : null };
}
