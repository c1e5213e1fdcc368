/** Keeps the screen on for as long as somebody is in a call: a phone that dims would end the camera. No React. */

/** What is used of the browser; tests put their own in its place. */
export interface Screen {
  /** Undefined in browsers that cannot keep the screen on. */
  request?: () => Promise<{ release: () => Promise<void> }>;
  isVisible: () => boolean;
}

/** One screen that is to stay on. The browser lets go of it whenever the page is hidden: `look` asks again. */
export class WakeLock {
  private held: { release: () => Promise<void> } | null = null;
  private isWanted = true;

  constructor(private readonly screen: Screen) {}

  /** Ask for the screen, if the page can be seen. A refusal, as with a low battery, changes nothing. */
  look = async (): Promise<void> => {
    if (!this.isWanted || !this.screen.request || !this.screen.isVisible()) return;
    const lock = await this.screen.request().catch(() => null);
    await this.held?.release();
    this.held = lock;
    if (!this.isWanted) await this.release();
  };

  release = async (): Promise<void> => {
    this.isWanted = false;
    const lock = this.held;
    this.held = null;
    await lock?.release();
  };
}
