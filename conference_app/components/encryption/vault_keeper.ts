/** The vault of the page that is shown: one for all that shows links or asks to open it. */
import type { Bytes } from "../../room/encryption/bytes";
import { meetingSecrets } from "../../room/encryption/rootKeys";
import { isForeign, type KeptMeeting, lacks, type MeetingKeys, ownKeys } from "./meeting_links";
import { newMaster, opened, openedByPassword, type Owner, passkeyKey, phraseKey, phraseWrap, vaultIdOf, type Wrap } from "./vault_crypto";
import { type KeptVault, type Means, missingWraps, settle } from "./vault_session";

/** "unable": this browser lacks what is needed. */
export type VaultStatus = "starting" | "open" | "locked" | "unable";

/** The end of a meeting's link; why there is none otherwise. */
export type LinkState = { fragment: string } | { problem: "starting" | "locked" | "unable" | "foreign" };

export interface VaultView {
  status: VaultStatus;
  /** Ways to open it that the server keeps something for. */
  ways: { password: boolean; passkey: boolean; phrase: boolean };
  links: ReadonlyMap<string, LinkState>;
}

/** What the page's State does with what is made here. */
export interface VaultPost {
  put: (vaultId: string, wraps: Wrap[]) => void;
  replace: (vaultId: string, wraps: Wrap[]) => void;
  meetings: (keys: MeetingKeys[]) => void;
}

/** How many meetings' keys go to the server at once. */
const BATCH = 50;
const CLOSED: VaultView = { status: "starting", ways: { password: false, passkey: false, phrase: false }, links: new Map() };

export class VaultKeeper {
  private view = CLOSED;
  private vault: KeptVault | null = null;
  private owner: Owner | null = null;
  private master: Bytes | null = null;
  private meetings: KeptMeeting[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();
  /** Set when the person has chosen new keys: those of all meetings are made anew then. */
  private isRenewing = false;
  /** What was sent from this page: what the server refused once is not sent again and again. */
  private readonly sent = new Set<string>();

  constructor(
    private readonly means: Means,
    public post: VaultPost | null = null,
  ) {}

  readonly subscribe = (changed: () => void): (() => void) => {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  };

  readonly current = (): VaultView => this.view;

  /** One thing after the other, and one tab after the other: two must not make two vaults. */
  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const alone = () => (globalThis.navigator?.locks ? navigator.locks.request("parley_keys", act) : act());
    const done = this.queue.then(alone, alone);
    this.queue = done.catch(() => undefined);
    return done as Promise<T>;
  }

  private isNew(sent: string): boolean {
    const isFirst = !this.sent.has(sent);
    this.sent.add(sent);
    return isFirst;
  }

  private put({ vaultId }: Owner, wraps: Wrap[], isFirst = false): void {
    const added = wraps.filter(({ kind, passkey_id }) => this.isNew(`${vaultId} ${kind} ${passkey_id}`));
    if (added.length > 0 || (isFirst && this.isNew(vaultId))) this.post?.put(vaultId, added);
  }

  private show(status: VaultStatus, links: ReadonlyMap<string, LinkState> = new Map()): void {
    const has = (kind: string) => this.vault?.wraps.some((wrap) => wrap.kind === kind) ?? false;
    this.view = { status, ways: { password: has("password"), passkey: has("passkey"), phrase: has("phrase") }, links };
    this.listeners.forEach((changed) => changed());
  }

  /** What the server keeps, as often as it says so. */
  load(vault: KeptVault, meetings: KeptMeeting[]): Promise<void> {
    return this.inTurn(async () => {
      try {
        const settled = await settle(vault, this.means);
        [this.vault, this.meetings, this.owner, this.master] = [vault, meetings, settled.owner, settled.master];
        if (settled.put) this.put(settled.owner, settled.put, !vault.vaultId);
        else if (settled.master) await this.means.store.dropProofs();
        await this.showLinks();
      } catch {
        this.show("unable");
      }
    });
  }

  private async showLinks(): Promise<void> {
    if (!this.master) return this.show("locked");
    const links = new Map<string, LinkState>();
    const made: MeetingKeys[] = [];
    for (const meeting of this.meetings) {
      const { keys, fragment } = await ownKeys(this.master, meeting);
      const isOther = isForeign(meeting, keys);
      const isSent = !lacks(meeting, keys) && !(isOther && this.isRenewing);
      if (!isSent && this.isNew(`${keys.id} ${keys.root} ${keys.certificate}`)) made.push(keys);
      links.set(meeting.id, isOther ? { problem: "foreign" } : { fragment });
    }
    this.show("open", links);
    for (let at = 0; at < made.length; at += BATCH) this.post?.meetings(made.slice(at, at + BATCH));
    this.isRenewing = false;
  }

  /** Keep a master key that was just opened, and what else its owner can open it with from now on. */
  private async take(master: Bytes): Promise<void> {
    const { vault, owner } = this;
    if (!vault || !owner) return;
    this.master = master;
    await this.means.store.keep(vault.account, master);
    const made = await missingWraps(owner, vault, master, await this.means.store.proofs(), this.means.derive);
    this.put(owner, made);
    await this.showLinks();
  }

  private openBy(kind: Wrap["kind"], open: (owner: Owner, wrap: Wrap) => Promise<Bytes | null>): Promise<boolean> {
    return this.inTurn(async () => {
      for (const wrap of this.vault?.wraps.filter((one) => one.kind === kind) ?? []) {
        const master = this.owner && (await open(this.owner, wrap));
        if (!master) continue;
        await this.take(master);
        return true;
      }
      return false;
    });
  }

  /** Whether a typed password, which may be an earlier one, opens the vault. */
  openByPassword(typed: CryptoKey): Promise<boolean> {
    return this.openBy("password", (owner, wrap) => openedByPassword(owner, wrap, typed, this.means.derive));
  }

  openByPhrase(entropy: Bytes): Promise<boolean> {
    return this.openBy("phrase", async (owner, wrap) => opened(owner, wrap, await phraseKey(entropy)));
  }

  /** `secret` is an HKDF key of the PRF output of one of `passkeyIds()`. */
  openByPasskey(secret: CryptoKey): Promise<boolean> {
    return this.openBy("passkey", async (owner, wrap) => opened(owner, wrap, await passkeyKey(secret)));
  }

  /** Base64url of the credential ids that open the vault. */
  credentials(): string[] {
    const ids = new Set(this.vault?.wraps.map((wrap) => wrap.passkey_id));
    return Object.entries(this.vault?.passkeys ?? {}).flatMap(([credential, id]) => (ids.has(id) ? [credential] : []));
  }

  /** The seed of a meeting's root key, once the vault is open; null while it is locked, or where its keys are another vault's. */
  rootSeed(meetingId: string): Promise<Bytes | null> {
    return this.inTurn(async () => {
      const link = this.view.links.get(meetingId);
      if (!this.master || !link || "problem" in link) return null;
      return (await meetingSecrets(this.master, meetingId)).root.seed;
    });
  }

  /** Let the phrase that says `entropy` open it, in place of an earlier one. */
  keepPhrase(entropy: Bytes): Promise<void> {
    return this.inTurn(async () => {
      if (this.master && this.owner) this.post?.put(this.owner.vaultId, [await phraseWrap(this.owner, this.master, entropy)]);
    });
  }

  /** Give up what is locked away: a new master key, and new keys for every meeting. */
  startAnew(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.vault) return;
      const master = newMaster();
      const owner = { account: this.vault.account, vaultId: await vaultIdOf(master) };
      await this.means.store.keep(owner.account, master);
      const empty = { ...this.vault, wraps: [] };
      const wraps = await missingWraps(owner, empty, master, await this.means.store.proofs(), this.means.derive);
      this.isRenewing = true;
      this.post?.replace(owner.vaultId, wraps);
    });
  }

  /** New keys for one meeting whose keys come from a master key that is given up. */
  renew(meetingId: string): Promise<void> {
    return this.inTurn(async () => {
      const meeting = this.meetings.find(({ id }) => id === meetingId);
      if (this.master && meeting) this.post?.meetings([(await ownKeys(this.master, meeting)).keys]);
    });
  }
}
