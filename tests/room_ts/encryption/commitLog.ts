/** All commits that went over the lines of a churn, and how far somebody gets with them. */
import { fromB64 } from "../../../conference_app/room/encryption/bytes";
import { epochOf, type MlsGroup, processCommit } from "../../../conference_app/room/encryption/mls";

export class CommitLog {
  /** By the epoch that each leads to. */
  readonly messages = new Map<number, string>();

  /** The furthest that a lost state gets with all that went over the line. */
  async furthest(group: MlsGroup): Promise<number> {
    let at: MlsGroup | null = group;
    for (let epoch = epochOf(group); ; epoch++) {
      const message = fromB64(this.messages.get(epoch + 1));
      at = message ? await processCommit(at, message).catch(() => null) : null;
      if (!at) return epoch;
    }
  }

  /** How many commits from before they came a newcomer can make anything of. */
  async readable(group: MlsGroup): Promise<number> {
    let count = 0;
    for (const [epoch, text] of this.messages) {
      const message = fromB64(text);
      if (!message || epoch > epochOf(group)) continue;
      count += await processCommit(group, message).then(() => 1, () => 0);
    }
    return count;
  }
}
