/** What a session and the driver that makes its keys are to each other. */
import type { FromService, ServiceState } from "./deliveryWire";
import type { GroupFacts } from "./groupFacts";
import type { EpochEvent, GroupEnd, GroupSnapshot, Member } from "./groupKeys";
import type { Self } from "./ownTicket";
import type { After, ServiceLink } from "./serviceLink";
import type { Ticket } from "./tickets";

/** A new epoch, with what is shown of it. */
export interface NewEpoch extends Omit<EpochEvent, "type"> {
  members: ReadonlyArray<Member>;
  epochCode: string;
}

/** The session, as its driver sees it. */
export interface DriverHost {
  readonly link: ServiceLink;
  readonly after: After;
  readonly self: Self;
  readonly facts: GroupFacts;
  /** Null until somebody has signed one. */
  readonly ticket: Ticket | null;
  readonly snapshot: GroupSnapshot;
  /** Forked or ended: nothing is to be done any more. */
  readonly isOver: boolean;
  set: (change: Partial<GroupSnapshot>) => void;
  adopt: (next: NewEpoch) => void;
  end: (reason: GroupEnd) => void;
  /** The others, or the service, went where no honest member goes: no further keys, and never quietly on. */
  fork: () => void;
}

/** Frames that are the driver's business. */
export type DriverFrame = Exclude<FromService, { type: "state" | "ticket" | "all_ready" | "end" }>;

export interface Driver {
  /** Up to which the group is known; -1: not in it. */
  readonly epoch: number;
  /** The service has told where it stands; again after each lost connection. */
  begin: (service: ServiceState) => Promise<void>;
  hear: (frame: DriverFrame) => Promise<void>;
  /** The connection is lost: turns and answers go with it. */
  lost: () => void;
  /** Our ticket has become another one: come in anew under our own leaf. */
  ticketChanged: () => void;
  /** Take somebody out by right, whatever the service says; in vain for those who have none. */
  remove: (identity: string) => void;
  /** Change our own keys at the next opportunity. */
  refresh: () => void;
  stop: () => void;
}
