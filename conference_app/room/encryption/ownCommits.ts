/**
 * Commits of our own: none counts before the service has accepted it, and none is ever read back from the log.
 *
 * An answer can be lost with the connection that a commit went over, and the commit turn up in the log later. So all that
 * were made in an epoch are kept until it is over.
 */
import { type Bytes, isSame } from "./bytes";
import { epochOf, type MlsGroup, type OwnCommit } from "./mls";
import { hasRemoved } from "./removals";

/** What a commit is for. */
export type Purpose = "join" | "removal" | "update";

export interface Made extends OwnCommit {
  purpose: Purpose;
  /** The epoch that it leads to. */
  epoch: number;
  hasRemoved: boolean;
}

/** As many as an epoch sees: lost answers are rare. */
const MADE_LIMIT = 4;

export class OwnCommits {
  /** The one whose answer is to come. */
  pending: Made | null = null;
  private made: Made[] = [];

  /** `own` leads on from `before`, which is null for whoever is not in. */
  add(own: OwnCommit, purpose: Purpose, before: MlsGroup | null): Made {
    const isRemoval = before !== null && hasRemoved(before.members, own.group.members);
    this.pending = { ...own, purpose, epoch: epochOf(own.group), hasRemoved: isRemoval };
    this.made = [...this.made, this.pending].slice(-MADE_LIMIT);
    return this.pending;
  }

  /** Nobody answers the last one any more. */
  unanswered(): void {
    this.pending = null;
  }

  /** The one of ours that is `message` in the log, if it is one of ours. */
  inLog(epoch: number, message: Bytes): Made | undefined {
    return this.made.find((own) => own.epoch === epoch && own.message.length > 0 && isSame(own.message, message));
  }

  /** The epoch that they were made in is over. */
  clear(): void {
    this.pending = null;
    this.made = [];
  }
}
