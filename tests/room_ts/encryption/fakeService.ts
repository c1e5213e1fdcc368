/** A delivery service in memory, with the protocol of the real one, that can be made to lie. */
import { fromB64, toB64 } from "../../../conference_app/room/encryption/bytes";
import { sign } from "../../../conference_app/room/encryption/ed25519";
import { goneBytes } from "../../../conference_app/room/encryption/goneWords";
import type { Socket } from "../../../conference_app/room/encryption/serviceLink";
import type { Ticket } from "../../../conference_app/room/encryption/tickets";
import type { Meeting } from "./people";

export type Frame = Record<string, unknown> & { type: string };
/** What goes out instead of `frame`. */
export type Lie = (frame: Frame, to: string) => Frame[];

export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  identity = "";
  isOpen = true;

  constructor(private service: FakeService) {
    queueMicrotask(() => this.onopen?.(undefined as never));
  }
  send(text: string): void {
    if (this.isOpen) void this.service.take(this, JSON.parse(text) as Frame);
  }
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.service.closed(this);
    queueMicrotask(() => this.onclose?.(undefined as never));
  }
  moveTo(service: FakeService): void {
    this.service = service;
  }
  receive(frame: Frame): void {
    queueMicrotask(() => this.isOpen && this.onmessage?.({ data: JSON.stringify(frame) }));
  }
}

export class FakeService {
  epoch = -1;
  info = "";
  log: Array<{ epoch: number; message: string }> = [];
  /** Entries before this epoch are forgotten. */
  forgotten = 0;
  gone = new Set<string>();
  tickets = new Map<string, Ticket>();
  certificate: string;
  lie: Lie = (frame) => [frame];
  isDown = false;
  /** Commits of these are swallowed: the line breaks before the answer; "before" or "after" it is in the log. */
  crashes = new Map<string, "before" | "after">();
  readonly sockets = new Set<FakeSocket>();
  /** Identities whose commit was accepted, with the epoch that they are ready for. */
  readonly ready = new Map<string, number>();
  private toldReady = -1;
  /** Whose word that they are ready does not arrive. */
  private readonly held = new Set<string>();
  private queue: FakeSocket[] = [];

  constructor(readonly meeting: Meeting) {
    this.certificate = toB64(meeting.certificate);
  }

  /** Another with the same past, which from now on goes its own way with `identities`. */
  split(identities: ReadonlyArray<string>): FakeService {
    const other = new FakeService(this.meeting);
    Object.assign(other, { epoch: this.epoch, info: this.info, log: [...this.log], gone: new Set(this.gone) });
    for (const socket of [...this.sockets]) {
      if (!identities.includes(socket.identity)) continue;
      this.sockets.delete(socket);
      other.sockets.add(socket);
      socket.moveTo(other);
    }
    return other;
  }

  open = (): FakeSocket => {
    const socket = new FakeSocket(this);
    if (this.isDown) socket.close();
    return socket;
  };

  stop(): void {
    this.isDown = true;
    for (const socket of [...this.sockets]) socket.close();
  }

  async take(socket: FakeSocket, frame: Frame): Promise<void> {
    if (frame.type === "hello") this.hello(socket, frame);
    else if (frame.type === "turn") await this.line(socket);
    else if (frame.type === "pass") await this.next(socket);
    else if (frame.type === "commit") await this.commit(socket, frame);
    else if (frame.type === "ready" && !this.held.has(socket.identity)) this.isReady(socket.identity, Number(frame.epoch));
    else if (frame.type === "bye") this.leave(socket.identity);
  }

  closed(socket: FakeSocket): void {
    this.sockets.delete(socket);
    void this.next(socket);
  }

  tell(to: FakeSocket, frame: Frame): void {
    for (const said of this.lie(frame, to.identity)) to.receive(said);
  }

  all(frame: Frame, except?: FakeSocket): void {
    for (const socket of this.sockets) if (socket !== except) this.tell(socket, frame);
  }

  leave(identity: string): void {
    this.gone.add(identity);
    this.all({ type: "gone", identity });
    this.lookWhoIsReady();
  }

  /** A host has ordered it. */
  remove(identity: string): void {
    for (const socket of [...this.sockets]) {
      if (socket.identity !== identity) continue;
      this.tell(socket, { type: "end", reason: "removed" });
      this.sockets.delete(socket);
    }
    this.leave(identity);
  }

  give(identity: string, ticket: Ticket): void {
    this.tickets.set(identity, ticket);
    for (const socket of this.sockets) if (socket.identity === identity) this.tell(socket, { type: "ticket", ticket });
  }

  hold(identity: string): void {
    this.held.add(identity);
  }

  free(identity: string): void {
    this.held.delete(identity);
  }

  private isReady(identity: string, epoch: number): void {
    if (epoch === this.epoch) this.ready.set(identity, epoch);
    this.lookWhoIsReady();
  }

  private lookWhoIsReady(): void {
    const isAll = [...this.ready].every(([identity, epoch]) => this.gone.has(identity) || epoch === this.epoch);
    if (!isAll || this.ready.size === 0 || this.toldReady === this.epoch) return;
    this.toldReady = this.epoch;
    this.all({ type: "all_ready", epoch: this.epoch });
  }

  /** A newer one has the same identity. */
  private replace(socket: FakeSocket): void {
    this.tell(socket, { type: "end", reason: "refused" });
    this.sockets.delete(socket);
    void this.next(socket);
  }

  protected hello(socket: FakeSocket, { token, since }: Frame): void {
    socket.identity = String(token);
    for (const other of [...this.sockets]) if (other.identity === socket.identity) this.replace(other);
    this.sockets.add(socket);
    if (this.gone.delete(socket.identity)) this.all({ type: "back", identity: socket.identity });
    this.tell(socket, this.stateFor(socket, Number(since)));
  }

  protected stateFor(socket: FakeSocket, from: number): Frame {
    const { facts } = this.meeting;
    const entries = from < 0 ? [] : this.log.filter(({ epoch }) => epoch > from);
    return {
      type: "state", v: 1, driver: "mls", room: facts.room, identity: socket.identity, server_key: toB64(facts.serverKey), root: toB64(facts.rootPublic),
      link_certificate: this.certificate, epoch: this.epoch, entries, restart: from >= 0 && from < this.forgotten, gone: [...this.gone], ticket: this.tickets.get(socket.identity) ?? null,
    };
  }

  private async line(socket: FakeSocket): Promise<void> {
    this.queue.push(socket);
    if (this.queue[0] === socket) await this.turn();
  }

  private async turn(): Promise<void> {
    const [socket] = this.queue;
    if (!socket) return;
    const { meeting, epoch } = this;
    const gone = await Promise.all([...this.gone].map(async (identity) => ({
      identity, signature: toB64(await sign(meeting.server.seed, goneBytes(meeting.facts.room, BigInt(Math.max(0, epoch)), identity))),
    })));
    this.tell(socket, { type: "turn", epoch, info: this.info, gone });
  }

  private async next(socket: FakeSocket): Promise<void> {
    const hadTurn = this.queue[0] === socket;
    this.queue = this.queue.filter((one) => one !== socket);
    if (hadTurn) await this.turn();
  }

  private async commit(socket: FakeSocket, frame: Frame): Promise<void> {
    const { epoch, message, info } = frame;
    const crash = this.crashes.get(socket.identity);
    this.crashes.delete(socket.identity);
    if (crash === "before") return socket.close();
    if (this.queue[0] !== socket || epoch !== this.epoch || !fromB64(message) || !fromB64(info)) {
      this.tell(socket, { type: "refused", reason: epoch === this.epoch ? "turn" : "epoch", epoch: this.epoch });
      return;
    }
    this.accept(socket, String(message), String(info), frame);
    if (crash === "after") return socket.close();
    this.tell(socket, { type: "accepted", epoch: this.epoch });
    await this.next(socket);
  }

  protected accept(by: FakeSocket, message: string, info: string, _frame?: Frame): void {
    this.epoch += 1;
    if (by && !this.ready.has(by.identity)) this.ready.set(by.identity, -1);
    this.info = info;
    this.log.push({ epoch: this.epoch, message });
    this.all({ type: "entry", epoch: this.epoch, message }, by);
  }

  /** A commit that never came through a member's turn. */
  inject(message: string, info = this.info): void {
    this.accept(null as unknown as FakeSocket, message, info);
  }
}
