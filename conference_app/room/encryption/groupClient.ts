/** The page's side of the worker that holds the group: `GroupKeys` for the room, without a secret that could be read. */
import type { Bytes } from "./bytes";
import { type GroupEvent, type GroupKeys, type GroupSnapshot, NO_GROUP } from "./groupKeys";
import type { SignedWord } from "./signedWords";
import type { Holder, Ticket } from "./tickets";
import type { Entrance, FromWorker, ToWorker } from "./workerMessages";

/** What is used of a Worker. */
export interface WorkerPort {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: never) => void) | null;
  postMessage: (message: ToWorker) => void;
  terminate: () => void;
}

/** Where the delivery service is, seen from a page at `href`. */
export function serviceUrl(href: string): string {
  const url = new URL("/encryption", href);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}

export class GroupClient implements GroupKeys {
  snapshot: GroupSnapshot = NO_GROUP;
  /** The public key of our leaf, for whoever signs a ticket for us; rejected where the encryption can't run. */
  readonly leafKey: Promise<Bytes>;
  private keys: ReadonlyMap<string, CryptoKey> = new Map();
  private readonly listeners = new Set<(event: GroupEvent) => void>();
  /** What the worker was asked, by number, with what takes its answer; null when there will be none. */
  private readonly asked = new Map<number, (answer: FromWorker | null) => void>();
  private asks = 0;
  private gotLeaf: (key: Bytes) => void = () => {};
  private failed: (error: Error) => void = () => {};

  /** `place` names this tab over reloads, and no other. */
  constructor(
    private readonly worker: WorkerPort,
    place: string,
  ) {
    this.leafKey = new Promise((resolve, reject) => {
      this.gotLeaf = resolve;
      this.failed = reject;
    });
    this.leafKey.catch(() => {});
    worker.onmessage = ({ data }) => this.hear(data);
    worker.onerror = () => this.fail();
    worker.postMessage({ type: "prepare", place });
  }

  /** Come in, also after an end. */
  enter(entrance: Entrance): void {
    this.snapshot = NO_GROUP;
    this.keys = new Map();
    this.worker.postMessage({ type: "enter", ...entrance });
  }

  /** A newer room token, for when the line must be opened again. */
  renew(token: string): void {
    this.worker.postMessage({ type: "renew", token });
  }

  /** Take somebody out of the group, as a host may, also when the service does not call them gone. */
  remove(identity: string): void {
    this.worker.postMessage({ type: "remove", identity });
  }

  /** Change the keys of our own leaf. */
  refresh(): void {
    this.worker.postMessage({ type: "refresh" });
  }

  /** The page may have slept: open the line anew. */
  wake(): void {
    this.worker.postMessage({ type: "wake" });
  }

  /** Out of the group: the service is told at once, so that the others change their keys. */
  leave(): void {
    this.worker.postMessage({ type: "leave" });
  }

  /** The end: nothing can be asked of it any more. */
  close(): void {
    this.worker.terminate();
    this.settleAll();
  }

  /** A ticket for somebody whom a host lets in or makes a co-host; null when we may not sign it. */
  async sign(kind: "cohost" | "admitted", holder: Holder, leafKey: Bytes): Promise<Ticket | null> {
    const answer = await this.ask((id) => ({ type: "sign", id, kind, holder, leafKey }));
    return answer?.type === "signed" ? answer.ticket : null;
  }

  /** Our signature under what we say to others; null while we are not in. */
  async say(text: string): Promise<SignedWord | null> {
    const answer = await this.ask((id) => ({ type: "say", id, text }));
    return answer?.type === "said" ? answer.word : null;
  }

  /** Whether a member said that, here and lately. */
  async isWordOf(identity: string, word: SignedWord): Promise<boolean> {
    const answer = await this.ask((id) => ({ type: "check", id, identity, word }));
    return answer?.type === "checked" && answer.isTrue;
  }

  keyFor(identity: string): CryptoKey | undefined {
    return this.keys.get(identity);
  }

  subscribe(listener: (event: GroupEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private hear(message: FromWorker): void {
    if (message.type === "leaf") this.gotLeaf(message.publicKey);
    else if (message.type === "event") this.take(message.event);
    else if (message.type === "failed") this.fail();
    else {
      this.asked.get(message.id)?.(message);
      this.asked.delete(message.id);
    }
  }

  private ask(message: (id: number) => ToWorker): Promise<FromWorker | null> {
    const id = ++this.asks;
    this.worker.postMessage(message(id));
    return new Promise((resolve) => this.asked.set(id, resolve));
  }

  private take(event: GroupEvent): void {
    if (event.type === "epoch") this.keys = event.keys;
    else this.snapshot = event.snapshot;
    if (this.snapshot.phase === "forked" || this.snapshot.phase === "ended") this.keys = new Map();
    for (const listener of this.listeners) listener(event);
    // By now whoever opens frames has been given the keys.
    if (event.type === "epoch") this.worker.postMessage({ type: "ready", epoch: event.epoch });
  }

  private fail(): void {
    this.failed(new Error("the encryption can't run in this browser"));
    this.settleAll();
    if (this.snapshot.phase === "ended") return;
    this.take({ type: "snapshot", snapshot: { ...this.snapshot, phase: "ended", reason: "unsupported", members: [] } });
  }

  private settleAll(): void {
    for (const settle of this.asked.values()) settle(null);
    this.asked.clear();
  }
}
