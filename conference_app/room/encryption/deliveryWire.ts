/** What the delivery service and a member say to each other: JSON text frames over a WebSocket, parsed strictly here. */
import { type Bytes, fromB64 } from "./bytes";
import { PUBLIC_BYTES, SIGNATURE_BYTES } from "./ed25519";
import type { GoneWord } from "./goneWords";
import { type Ticket, toTicket } from "./tickets";

/** Characters of a frame at most. */
export const FRAME_LIMIT = 450_000;
/** The version of all that is said and computed here; fixed for a meeting when it opens. */
export const VERSION = 1;
/** Entries of a list at most; more than a room has people. */
const LIST_LIMIT = 5000;

/** A commit in the log, by the epoch that it leads to. */
export interface Entry {
  epoch: number;
  message: Bytes;
  /** The rest is HPKE's. What is sealed for us in it; empty when there is nothing. */
  sealed: Bytes;
  /** Who has come in by it, and who is out. */
  came: string[];
  left: string[];
}

/** Somebody's card, and whether the service takes them for a member. */
export interface CardEntry {
  identity: string;
  card: Bytes;
  isIn: boolean;
}

export interface ServiceState {
  type: "state";
  driver: string;
  room: string;
  identity: string;
  serverKey: Bytes;
  root: Bytes;
  /** Empty when a host lets everybody in. */
  linkCertificate: Bytes;
  epoch: number;
  entries: Entry[];
  /** The log does not reach back to where we are. */
  restart: boolean;
  gone: string[];
  ticket: Ticket | null;
  /** HPKE's newest entry, and what was sealed for us last; empty when there is none. */
  info: Bytes;
  sealed: Bytes;
}

export type FromService =
  | ServiceState
  | { type: "turn"; epoch: number; info: Bytes; gone: GoneWord[] }
  | { type: "accepted"; epoch: number }
  /** All who are in have said that they hold the keys of this epoch. */
  | { type: "all_ready"; epoch: number }
  | { type: "refused"; reason: string; epoch: number }
  | ({ type: "entry" } & Entry)
  | { type: "gone" | "back"; identity: string }
  | { type: "cards"; cards: CardEntry[]; isLast: boolean }
  | { type: "ticket"; ticket: Ticket }
  | { type: "end"; reason: string };

export type ToService =
  | { type: "hello"; v: 1; token: string; since: number }
  | { type: "turn" | "pass" | "bye" | "cards" }
  | { type: "card"; card: string }
  | { type: "ready"; epoch: number }
  | { type: "commit"; epoch: number; message: string; info: string; sealed?: ReadonlyArray<readonly [string, string]>; out?: ReadonlyArray<string> };

/** What the service sent is not of this protocol. */
export class Garbled extends Error {}

type Json = Record<string, unknown>;

function need<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Garbled("a field is missing or wrong");
  return value;
}

const text = (value: unknown): string => need(typeof value === "string" && value.length <= 1000 ? value : null);
const epoch = (value: unknown): number => need(Number.isSafeInteger(value) && (value as number) >= -1 ? (value as number) : null);
const bytes = (value: unknown, length?: number): Bytes => need(fromB64(value, length));
const list = (value: unknown): unknown[] => need(Array.isArray(value) && value.length <= LIST_LIMIT ? value : null);
const flag = (value: unknown): boolean => need(typeof value === "boolean" ? value : null);
const texts = (value: unknown): string[] => list(value).map(text);
const object = (value: unknown): Json => need(typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null);

const toEntry = (value: unknown): Entry => {
  const one = object(value);
  const { sealed = "", in: came = [], out: left = [] } = one;
  return { epoch: epoch(one.epoch), message: bytes(one.message), sealed: bytes(sealed), came: texts(came), left: texts(left) };
};

const toCard = (value: unknown): CardEntry => {
  const [identity, card, isIn] = list(value);
  return { identity: text(identity), card: bytes(card), isIn: flag(isIn) };
};

const toWord = (value: unknown): GoneWord => {
  const one = object(value);
  return { identity: text(one.identity), signature: bytes(one.signature, SIGNATURE_BYTES) };
};

function toState(frame: Json): ServiceState {
  if (frame.v !== VERSION) throw new Garbled("another version");
  return {
    type: "state",
    driver: text(frame.driver),
    room: text(frame.room),
    identity: text(frame.identity),
    serverKey: bytes(frame.server_key, PUBLIC_BYTES),
    root: bytes(frame.root, PUBLIC_BYTES),
    linkCertificate: bytes(frame.link_certificate),
    epoch: epoch(frame.epoch),
    entries: list(frame.entries).map(toEntry),
    restart: flag(frame.restart),
    gone: texts(frame.gone),
    // A ticket that is none is as good as no ticket: whoever needs it will say so.
    ticket: toTicket(frame.ticket),
    info: bytes(frame.info ?? ""),
    sealed: bytes(frame.sealed ?? ""),
  };
}

const PARSERS: Record<string, (frame: Json) => FromService> = {
  state: toState,
  turn: (frame) => ({ type: "turn", epoch: epoch(frame.epoch), info: bytes(frame.info), gone: list(frame.gone).map(toWord) }),
  all_ready: (frame) => ({ type: "all_ready", epoch: epoch(frame.epoch) }),
  accepted: (frame) => ({ type: "accepted", epoch: epoch(frame.epoch) }),
  refused: (frame) => ({ type: "refused", reason: text(frame.reason), epoch: epoch(frame.epoch) }),
  entry: (frame) => ({ type: "entry", ...toEntry(frame) }),
  gone: (frame) => ({ type: "gone", identity: text(frame.identity) }),
  back: (frame) => ({ type: "back", identity: text(frame.identity) }),
  cards: (frame) => ({ type: "cards", cards: list(frame.cards).map(toCard), isLast: frame.last === true }),
  ticket: (frame) => ({ type: "ticket", ticket: need(toTicket(frame.ticket)) }),
  end: (frame) => ({ type: "end", reason: text(frame.reason) }),
};

/** Raises Garbled for whatever is not one of the service's messages. */
export function parseFrame(data: unknown): FromService {
  if (typeof data !== "string" || data.length > FRAME_LIMIT) throw new Garbled("not a frame");
  let frame: Json;
  try {
    frame = object(JSON.parse(data));
  } catch {
    throw new Garbled("not JSON");
  }
  const type = text(frame.type);
  return need(Object.hasOwn(PARSERS, type) ? PARSERS[type] : null)(frame);
}
