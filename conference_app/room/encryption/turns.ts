/** Our place in the service's line of those who want to commit: one turn asked for at a time, with pauses in between. */
import { type After, retryMs, type ServiceLink } from "./serviceLink";

/** A turn or the answer to a commit comes by then, or the connection is begun anew. */
export const TURN_MS = 30_000;
const ANSWER_MS = 10_000;
const FIRST_REFUSED_MS = 50;
const LONGEST_REFUSED_MS = 4000;

export class Turns {
  private isAsked = false;
  private isHeld = false;
  private refusals = 0;
  private forgetAnswer = () => {};
  private forgetHold = () => {};

  /** `free`: a pause is over. */
  constructor(
    private readonly link: ServiceLink,
    private readonly after: After,
    private readonly free: () => void,
  ) {}

  /** Does nothing during a pause, or when one is asked for already. */
  ask(): void {
    if (this.isAsked || this.isHeld || !this.link.send({ type: "turn" })) return;
    this.isAsked = true;
    this.expect(TURN_MS);
  }

  /** It is our turn; false when we did not ask for it. */
  begin(): boolean {
    const { isAsked } = this;
    this.reset();
    return isAsked;
  }

  /** Give it back. */
  pass(): void {
    this.link.send({ type: "pass" });
    if (!this.isHeld) this.hold(FIRST_REFUSED_MS);
  }

  /** Our commit is on its way. */
  sent(): void {
    this.expect(ANSWER_MS);
  }

  accepted(): void {
    this.refusals = 0;
    this.reset();
  }

  refused(): void {
    this.reset();
    this.hold(retryMs(this.refusals++, FIRST_REFUSED_MS, LONGEST_REFUSED_MS));
  }

  /** Nothing is asked for until `ms` have passed. */
  hold(ms: number): void {
    this.forgetHold();
    this.isHeld = true;
    this.forgetHold = this.after(ms, () => {
      this.isHeld = false;
      this.free();
    });
  }

  /** The connection is lost, and the place in the line with it. */
  reset(): void {
    this.isAsked = false;
    this.forgetAnswer();
  }

  stop(): void {
    this.forgetAnswer();
    this.forgetHold();
  }

  private expect(ms: number): void {
    this.forgetAnswer();
    this.forgetAnswer = this.after(ms, () => this.link.restart());
  }
}
