/** The line to the delivery service: opened again whenever it breaks, one message handled after the other. */
import { Garbled, parseFrame, type FromService, type ToService } from "./deliveryWire";

/** What is used of a WebSocket. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  send: (text: string) => void;
  close: () => void;
}

/** Runs something after so many milliseconds, unless what it returns is called before. */
export type After = (ms: number, run: () => void) => () => void;

const FIRST_RETRY_MS = 250;
/** Short: everybody is to be back within three seconds of the service's return. */
const LONGEST_RETRY_MS = 2000;
/** The service answers a hello by then, or the line is taken for dead. */
const HELLO_MS = 10_000;

export function retryMs(failures: number, firstMs: number, longestMs: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures, 16));
}

export interface LinkHearer {
  hello: () => ToService;
  heard: (frame: FromService) => Promise<void>;
  lost: () => void;
}

export class ServiceLink {
  /** Counts the connections: what was begun over one is not to be finished over the next. */
  line = 0;
  private socket: Socket | null = null;
  private isOpen = false;
  private failures = 0;
  private isStopped = false;
  private forgetTimer = () => {};
  private queue = Promise.resolve();

  /** `open` begins a new connection; `random` (0 to 1) keeps a roomful of members from coming back in one instant. */
  constructor(
    private readonly open: () => Socket,
    private readonly after: After,
    private readonly hearer: LinkHearer,
    private readonly random: () => number = Math.random,
  ) {}

  connect = (): void => {
    if (this.isStopped) return;
    const socket = this.open();
    this.socket = socket;
    this.line += 1;
    socket.onopen = () => {
      this.isOpen = true;
      this.send(this.hearer.hello());
    };
    socket.onmessage = ({ data }) => this.take(socket, data);
    socket.onclose = () => this.drop(socket);
    this.wait(HELLO_MS, () => this.drop(socket));
  };

  /** False when there is no line: then nothing was sent. */
  send(message: ToService): boolean {
    if (!this.socket || !this.isOpen) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** The service has answered the hello: the line is good. */
  settled(): void {
    this.failures = 0;
    this.forgetTimer();
  }

  /** Begin anew: what we know and what the service says do not fit together. */
  restart(): void {
    if (this.socket) this.drop(this.socket);
  }

  /** Close, and open again after `ms`. */
  rest(ms: number): void {
    this.close();
    this.hearer.lost();
    this.wait(ms, this.connect);
  }

  stop(): void {
    this.isStopped = true;
    this.forgetTimer();
    this.close();
  }

  /** Run `step` when all that has come in before is dealt with. */
  enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.queue.then(step);
    this.queue = done.catch(() => {});
    return done;
  }

  private wait(ms: number, run: () => void): void {
    this.forgetTimer();
    this.forgetTimer = this.after(ms, run);
  }

  private take(socket: Socket, data: unknown): void {
    void this.enqueue(async () => {
      if (socket !== this.socket) return;
      try {
        await this.hearer.heard(parseFrame(data));
      } catch (error) {
        if (!(error instanceof Garbled)) throw error;
        this.drop(socket);
      }
    }).catch(() => this.drop(socket));
  }

  private close(): void {
    const { socket } = this;
    this.socket = null;
    this.isOpen = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private drop(socket: Socket): void {
    if (socket !== this.socket || this.isStopped) return;
    this.close();
    this.hearer.lost();
    const ms = retryMs(this.failures++, FIRST_RETRY_MS, LONGEST_RETRY_MS);
    this.wait(ms * (0.75 + this.random() / 2), this.connect);
  }
}
