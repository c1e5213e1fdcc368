/**
 * One member's session with the delivery service: the connection, who we are to the group, and what became of it.
 *
 * The service orders commits and keeps the line; it is trusted with nothing else. Which driver makes the keys is its word
 * when the meeting opens; both check all that it says.
 */
import { isSame } from "./bytes";
import { meetingCode } from "./codes";
import type { FromService, ServiceState } from "./deliveryWire";
import type { Driver, DriverHost, NewEpoch } from "./driver";
import { type GroupFacts, groupFacts } from "./groupFacts";
import { HpkeDriver } from "./hpkeDriver";
import { type GroupEnd, type GroupEvent, type GroupKeys, type GroupPhase, type GroupSnapshot, NO_GROUP } from "./groupKeys";
import type { MlsGroup } from "./mls";
import { MlsDriver } from "./mlsDriver";
import { isOurs, ownTicket, type Self, signFor } from "./ownTicket";
import { isPinned } from "./rootKeys";
import { type After, ServiceLink, type Socket } from "./serviceLink";
import type { Holder, Ticket } from "./tickets";

export interface SessionConfig extends Self {
  /** LiveKit's room token. */
  token: string;
  /** What the link pins; null for those who came without its fragment. */
  rootHash: Uint8Array | null;
}

const ENDS: ReadonlySet<string> = new Set<GroupEnd>(["removed", "ended", "refused", "full", "protocol"]);

const DRIVERS: Record<string, new (host: DriverHost) => Driver> = { mls: MlsDriver, hpke: HpkeDriver };

export class GroupSession implements GroupKeys {
  snapshot: GroupSnapshot = NO_GROUP;
  private readonly link: ServiceLink;
  private readonly listeners = new Set<(event: GroupEvent) => void>();
  private facts: GroupFacts | null = null;
  private ticket: Ticket | null = null;
  private keys: ReadonlyMap<string, CryptoKey> = new Map();
  private driver: Driver | null = null;
  private driverName = "";
  private readyEpoch = -1;

  /** `open` begins a connection to the service. */
  constructor(
    private readonly config: SessionConfig,
    open: () => Socket,
    private readonly after: After,
    random?: () => number,
  ) {
    const hello = () => ({ type: "hello" as const, v: 1 as const, token: this.config.token, since: this.driver?.epoch ?? -1 });
    this.link = new ServiceLink(open, after, { hello, heard: this.heard, lost: this.lost }, random);
  }

  start(): void {
    this.link.connect();
  }

  leave(): void {
    if (!this.isOver) this.link.send({ type: "bye" });
    this.end("left");
  }

  /** The line may be dead without a sign of it: open it anew. */
  wake(): void {
    this.link.restart();
  }

  /** A newer token for the next connection. */
  renew(token: string): void {
    this.config.token = token;
  }

  /** Take somebody out by right, whatever the service says; in vain for those who have none. */
  remove(identity: string): void {
    this.driver?.remove(identity);
  }

  /** Change the keys of our own leaf at the next opportunity. */
  refresh(): void {
    this.driver?.refresh();
  }

  /** The keys of `epoch` are where frames are opened. */
  ready(epoch: number): void {
    this.readyEpoch = epoch;
    this.sayReady();
  }

  /** A ticket for somebody else; null when we may not sign it or are not connected. */
  signFor(kind: "cohost" | "admitted", holder: Holder, leafKey: Uint8Array<ArrayBuffer>): Promise<Ticket | null> {
    return this.facts ? signFor(this.facts, this.config, this.ticket, kind, holder, leafKey) : Promise.resolve(null);
  }

  keyFor(identity: string): CryptoKey | undefined {
    return this.keys.get(identity);
  }

  subscribe(listener: (event: GroupEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What only members know, for tests and for keys of other things; null while we are not in. */
  get current(): MlsGroup | null {
    return this.snapshot.phase === "in" && this.driver instanceof MlsDriver ? this.driver.group : null;
  }

  /** What words that are signed here are tied to, whatever the driver; null while we are not in. */
  get place(): { groupId: Uint8Array<ArrayBuffer>; epoch: number } | null {
    const { facts, snapshot } = this;
    return facts && snapshot.phase === "in" ? { groupId: facts.groupId, epoch: snapshot.epoch } : null;
  }

  private get isOver(): boolean {
    return this.snapshot.phase === "forked" || this.snapshot.phase === "ended";
  }

  private tell(event: GroupEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private set(change: Partial<GroupSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.tell({ type: "snapshot", snapshot: this.snapshot });
  }

  private heard = async (frame: FromService): Promise<void> => {
    if (this.isOver) return;
    switch (frame.type) {
      case "state": return this.onState(frame);
      case "ticket": return this.onTicket(frame.ticket);
      case "all_ready": return this.onAllReady(frame.epoch);
      case "end": return this.end(ENDS.has(frame.reason) ? (frame.reason as GroupEnd) : "protocol");
      default: return this.driver?.hear(frame);
    }
  };

  private lost = (): void => {
    this.driver?.lost();
    if (this.snapshot.phase === "in") this.set({ phase: "mending" });
  };

  private async onState(service: ServiceState): Promise<void> {
    const { rootHash } = this.config;
    if (!Object.hasOwn(DRIVERS, service.driver)) return this.end("version");
    if (rootHash && !(await isPinned(service.root, new Uint8Array(rootHash)))) return this.end("root");
    const facts = groupFacts(service.room, service.root, service.serverKey);
    if (this.facts && !isSame(this.facts.groupId, facts.groupId)) return this.end("ended");
    if (this.driver && this.driverName !== service.driver) return this.end("version");
    this.facts = facts;
    this.ticket = await ownTicket(facts, service, this.config);
    if (!this.ticket && this.config.right.kind !== "ticket") return this.end("ticket");
    this.link.settled();
    this.set({ identity: service.identity, code: await meetingCode(facts.groupId, facts.rootPublic) });
    this.driverName = service.driver;
    this.driver ??= new DRIVERS[service.driver](this.host(facts));
    await this.driver.begin(service);
    this.sayReady();
  }

  private host(facts: GroupFacts): DriverHost {
    const session = this;
    return {
      link: this.link, after: this.after, self: this.config, facts,
      get ticket() { return session.ticket; },
      get snapshot() { return session.snapshot; },
      get isOver() { return session.isOver; },
      set: (change) => this.set(change),
      adopt: (next) => this.adopt(next),
      end: (reason) => this.end(reason),
      fork: () => this.stop("forked", null),
    };
  }

  private adopt({ epoch, members, keys, hasRemoved, epochCode }: NewEpoch): void {
    if (this.isOver) return;
    this.keys = keys;
    this.set({ phase: "in", epoch, members, epochCode });
    this.tell({ type: "epoch", epoch, keys, hasRemoved });
  }

  private onAllReady(epoch: number): void {
    if (epoch === this.snapshot.epoch) this.set({ allReady: epoch });
  }

  private sayReady(): void {
    const { phase, epoch } = this.snapshot;
    if (this.driverName === "mls" && phase === "in" && epoch >= 0 && epoch === this.readyEpoch) this.link.send({ type: "ready", epoch });
  }

  /** A host has signed a ticket for us. */
  private async onTicket(ticket: Ticket): Promise<void> {
    const { facts, snapshot, driver } = this;
    if (!facts || !driver || !(await isOurs(facts, ticket, snapshot.identity, this.config))) return;
    if (JSON.stringify(ticket) === JSON.stringify(this.ticket)) return;
    this.ticket = ticket;
    driver.ticketChanged();
  }

  private end(reason: GroupEnd): void {
    this.stop("ended", reason);
  }

  private stop(phase: GroupPhase, reason: GroupEnd | null): void {
    if (this.isOver) return;
    this.link.stop();
    this.driver?.stop();
    this.keys = new Map();
    this.set({ phase, reason, members: [] });
  }
}
