/** Text messages of one topic to all in the room, also over broken connections. For every tool. No React. */
import { Encryption_Type } from "@livekit/protocol";
import { ConnectionState, type Room, RoomEvent, type TextStreamReader } from "livekit-client";

import { Absent, type Said } from "./absent";
import type { Topic } from "./topics";

/** How long a message waits for those who were here before the connection broke, in milliseconds. */
const BACK_MS = 3000;
const LOOK_MS = 400;

/** The text of a stream, or null if it is longer than `limit` UTF-16 units: then the rest is not read. */
async function readBounded(reader: TextStreamReader, limit: number): Promise<string | null> {
  let text = "";
  for await (const part of reader) {
    text += part;
    if (text.length > limit) return null;
  }
  return text;
}

/**
 * Whether livekit-client (2.23) is still mending the connection. It calls itself connected before it is through, and
 * skips, without a word, what is sent until then.
 */
function isMending(room: Room): boolean {
  const { engine } = room as unknown as { engine?: { attemptingReconnect?: boolean } };
  return room.state !== ConnectionState.Connected || engine?.attemptingReconnect === true;
}

export type SendingState = "sending" | "sent" | "failed";

/** What becomes of messages. Ids are unique among all of this topic. */
export interface DeliveryHearer {
  /** A message of another has begun to arrive; exactly one of `arrived` and `lost` follows. */
  began: (id: string, identity: string) => void;
  arrived: (id: string, identity: string, text: string) => void;
  /** It was too long, or its sender went away in the middle of it. */
  lost: (id: string) => void;
  /** Of a message of one's own. */
  stateChanged: (id: string, state: SendingState) => void;
}

/** What keeps messages among the members: `MeetingEncryption` in the room. */
export interface MessageSeal {
  isMember: (identity: string) => boolean;
  /** Resolves once all members can read what is sent. */
  settled: () => Promise<void>;
  /** A message that was not sealed was dropped. */
  countPlain: () => void;
}

/** Messages that were sent while the connection was broken go out when it is whole; who was away gets what they missed. */
export class Delivery {
  private readonly unsent = new Map<string, string>();
  private readonly absent = new Absent();
  private readonly seen = new Set<string>();
  private isWhole = true;
  /** When the connection was last seen broken, in milliseconds since 1970. */
  private brokenAt = 0;

  /** A message has at most `limit` UTF-16 units. */
  constructor(
    private readonly room: Room,
    private readonly seal: MessageSeal,
    private readonly topic: Topic,
    private readonly limit: number,
    private readonly hearer: DeliveryHearer,
  ) {}

  /** Begin to listen and to look; the returned function ends it. */
  attach(): () => void {
    this.room.registerTextStreamHandler(this.topic, this.receive);
    this.look();
    this.room.on(RoomEvent.ConnectionStateChanged, this.look);
    const timer = setInterval(this.look, LOOK_MS);
    return () => {
      clearInterval(timer);
      this.room.off(RoomEvent.ConnectionStateChanged, this.look);
      this.room.unregisterTextStreamHandler(this.topic);
    };
  }

  /** Send `text` to everyone, now or as soon as the connection is whole. `id` must be new. */
  send(id: string, text: string): void {
    this.unsent.set(id, text);
    if (isMending(this.room)) this.isWhole = false;
    if (this.isWhole) void this.deliver(id, text);
  }

  /** Try once more to send what has failed. */
  retry(id: string): void {
    const text = this.unsent.get(id);
    if (text !== undefined) void this.deliver(id, text);
  }

  private receive = (reader: TextStreamReader, { identity }: { identity: string }): void => {
    if (!this.isSealed(reader, identity)) return void readBounded(reader, this.limit).catch(() => null);
    // The id is the sender's word; joined with the identity it cannot replace another's message.
    const id = `${identity}/${reader.info.attributes?.id ?? reader.info.id}`;
    if (this.seen.has(id)) return void readBounded(reader, this.limit).catch(() => null);
    this.seen.add(id);
    this.hearer.began(id, identity);
    void readBounded(reader, this.limit).then(
      (text) => (text === null ? this.hearer.lost(id) : this.hearer.arrived(id, identity, text)),
      () => {
        // It broke off: its sender may send it again.
        this.seen.delete(id);
        this.hearer.lost(id);
      },
    );
  };

  /** The server may send what it likes: only what a member's key has opened is a member's. */
  private isSealed({ info: { encryptionType } }: TextStreamReader, identity: string): boolean {
    const isPlain = encryptionType === undefined || encryptionType === Encryption_Type.NONE;
    if (isPlain) this.seal.countPlain();
    return !isPlain && this.seal.isMember(identity);
  }

  private async deliver(id: string, text: string): Promise<void> {
    this.hearer.stateChanged(id, "sending");
    try {
      await this.seal.settled();
      await this.room.localParticipant.sendText(text, { topic: this.topic, attributes: { id } });
      this.unsent.delete(id);
      this.absent.owe({ id, text }, Date.now());
      this.hearer.stateChanged(id, "sent");
    } catch {
      this.hearer.stateChanged(id, "failed");
    }
  }

  private async flush(): Promise<void> {
    for (const [id, text] of [...this.unsent]) await this.deliver(id, text);
  }

  private async repay(identity: string, missed: Said[]): Promise<void> {
    const destinationIdentities = [identity];
    await this.seal.settled();
    for (const { id, text } of missed) {
      await this.room.localParticipant.sendText(text, { topic: this.topic, attributes: { id }, destinationIdentities });
    }
  }

  /** What went out shortly before the break may be lost: it goes out again, before what is still to be sent. */
  private doubt(): void {
    const later = [...this.unsent];
    this.unsent.clear();
    for (const { id, text } of this.absent.doubtful(Date.now())) this.unsent.set(id, text);
    for (const [id, text] of later) this.unsent.set(id, text);
  }

  private look = (): void => {
    if (isMending(this.room)) {
      if (this.isWhole) this.doubt();
      this.isWhole = false;
      this.brokenAt = Date.now();
      return;
    }
    const others = [...this.room.remoteParticipants.values()];
    const present = others.filter((other) => other.isActive && this.seal.isMember(other.identity)).map((other) => other.identity);
    for (const [identity, missed] of this.absent.look(present, Date.now())) {
      this.repay(identity, missed).catch(() => this.absent.keep(identity, missed, Date.now()));
    }
    if (!this.isWhole && (this.absent.isNobody || Date.now() - this.brokenAt > BACK_MS)) {
      this.isWhole = true;
      void this.flush();
    }
  };
}
