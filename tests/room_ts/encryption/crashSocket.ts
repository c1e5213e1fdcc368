/** A line that breaks when a test says so. */
import type { Socket } from "../../../conference_app/room/encryption/serviceLink";

/** A socket that can break in the moment of a commit, and that takes down what it hears of the log. */
export class CrashSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  crash: "before" | "after" | null = null;
  private isDead = false;

  constructor(
    private readonly inner: Socket,
    private readonly log: Map<number, string>,
    private readonly crashed: () => void,
  ) {
    inner.onopen = (event) => this.onopen?.(event);
    inner.onclose = (event) => this.onclose?.(event);
    inner.onmessage = (event) => {
      this.note(String(event.data));
      this.onmessage?.(event);
    };
  }
  /** What comes after a crash is never sent. */
  die(): void {
    this.isDead = true;
  }
  send(text: string): void {
    if (this.isDead) return;
    const isCrash = this.crash !== null && text.startsWith('{"type":"commit"');
    if (!isCrash || this.crash === "after") this.inner.send(text);
    if (isCrash) this.die();
    if (isCrash) this.crashed();
  }
  close(): void {
    this.inner.close();
  }
  private note(text: string): void {
    const frame = JSON.parse(text) as { type: string; epoch: number; message: string; entries?: Array<{ epoch: number; message: string }> };
    const entries = frame.type === "entry" ? [frame] : (frame.entries ?? []);
    for (const { epoch, message } of entries) this.log.set(epoch, message);
  }
}
