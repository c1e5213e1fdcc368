/** The chat's way through the room: LiveKit text streams in, text streams out. No React. */
import { ConnectionState, type Room, RoomEvent, type TextStreamReader } from "livekit-client";

import { Absent, type Said } from "./absent";
import { begin, CHAT_TOPIC, type ChatLog, type ChatMessage, discard, MESSAGE_LIMIT, settle } from "./chat";

/** How long a message waits for those who were here before the connection broke, in milliseconds. */
const BACK_MS = 3000;
const LOOK_MS = 400;

/** The text of a stream, or null if it is longer than a message may be: then the rest is not read. */
async function readBounded(reader: TextStreamReader): Promise<string | null> {
  let text = "";
  for await (const part of reader) {
    text += part;
    if (text.length > MESSAGE_LIMIT) return null;
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

export interface ChatHearer {
  /** The log has changed by this. */
  changed: (change: (before: ChatLog) => ChatLog) => void;
  nameOf: (identity: string) => string;
  /** A message of another has arrived whole. */
  arrived: (message: ChatMessage) => void;
}

/** Messages that were sent while the connection was broken go out when it is whole; who was away gets what they missed. */
export class ChatWire {
  private readonly unsent = new Map<string, string>();
  private readonly absent = new Absent();
  private readonly seen = new Set<string>();
  private isWhole = true;
  /** When the connection was last seen broken, in milliseconds since 1970. */
  private brokenAt = 0;

  constructor(
    private readonly room: Room,
    private readonly hearer: ChatHearer,
  ) {}

  /** Begin to listen and to look; the returned function ends it. */
  attach(): () => void {
    this.room.registerTextStreamHandler(CHAT_TOPIC, this.receive);
    this.look();
    this.room.on(RoomEvent.ConnectionStateChanged, this.look);
    const timer = setInterval(this.look, LOOK_MS);
    return () => {
      clearInterval(timer);
      this.room.off(RoomEvent.ConnectionStateChanged, this.look);
      this.room.unregisterTextStreamHandler(CHAT_TOPIC);
    };
  }

  send = (text: string): void => {
    const id = `own/${crypto.randomUUID()}`;
    const sender = this.room.localParticipant.name || this.room.localParticipant.identity;
    const message: ChatMessage = { id, sender, isOwn: true, at: Date.now(), text, state: "sending" };
    this.hearer.changed((before) => begin(before, message));
    this.unsent.set(id, text);
    if (isMending(this.room)) this.isWhole = false;
    if (this.isWhole) void this.deliver(id, text);
  };

  retry = (id: string): void => {
    const text = this.unsent.get(id);
    if (text !== undefined) void this.deliver(id, text);
  };

  private receive = (reader: TextStreamReader, { identity }: { identity: string }): void => {
    // The id is the sender's word; joined with the identity it cannot replace another's message.
    const id = `${identity}/${reader.info.attributes?.id ?? reader.info.id}`;
    if (this.seen.has(id)) return void readBounded(reader).catch(() => null);
    this.seen.add(id);
    const sender = this.hearer.nameOf(identity);
    const message: ChatMessage = { id, sender, isOwn: false, at: Date.now(), text: null, state: "ready" };
    this.hearer.changed((before) => begin(before, message));
    void readBounded(reader).then(
      (text) => this.take(message, text),
      () => {
        this.seen.delete(id);
        this.hearer.changed((before) => discard(before, id));
      },
    );
  };

  private take(message: ChatMessage, text: string | null): void {
    const { id } = message;
    if (text === null || text.trim() === "") return this.hearer.changed((before) => discard(before, id));
    this.hearer.changed((before) => settle(before, id, { text }));
    this.hearer.arrived({ ...message, text });
  }

  private async deliver(id: string, text: string): Promise<void> {
    this.hearer.changed((before) => settle(before, id, { state: "sending" }));
    try {
      await this.room.localParticipant.sendText(text, { topic: CHAT_TOPIC, attributes: { id } });
      this.unsent.delete(id);
      this.absent.owe({ id, text }, Date.now());
      this.hearer.changed((before) => settle(before, id, { state: "ready" }));
    } catch {
      this.hearer.changed((before) => settle(before, id, { state: "failed" }));
    }
  }

  private async flush(): Promise<void> {
    for (const [id, text] of [...this.unsent]) await this.deliver(id, text);
  }

  private async repay(identity: string, missed: Said[]): Promise<void> {
    const destinationIdentities = [identity];
    for (const { id, text } of missed) {
      await this.room.localParticipant.sendText(text, { topic: CHAT_TOPIC, attributes: { id }, destinationIdentities });
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
    const present = others.filter((other) => other.isActive).map((other) => other.identity);
    for (const [identity, missed] of this.absent.look(present, Date.now())) {
      this.repay(identity, missed).catch(() => this.absent.keep(identity, missed, Date.now()));
    }
    if (!this.isWhole && (this.absent.isNobody || Date.now() - this.brokenAt > BACK_MS)) {
      this.isWhole = true;
      void this.flush();
    }
  };
}
