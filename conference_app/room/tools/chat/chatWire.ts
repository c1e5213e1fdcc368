/** Keeps the chat's log true to what is sent and what arrives. No React. */
import type { Room } from "livekit-client";

import { isVisible } from "../../shared/visibleText";
import { Delivery, type MessageSeal } from "../../wire/delivery";
import { CHAT_TOPIC } from "../../wire/topics";
import { begin, type ChatLog, type ChatMessage, discard, MESSAGE_LIMIT, settle } from "./chat";

export interface ChatHearer {
  /** The log has changed by this. */
  changed: (change: (before: ChatLog) => ChatLog) => void;
  nameOf: (identity: string) => string;
  /** A message of another has arrived whole. */
  arrived: (message: ChatMessage) => void;
}

export class ChatWire {
  private readonly delivery: Delivery;
  /** Messages of others that have begun to arrive. */
  private readonly coming = new Map<string, ChatMessage>();

  constructor(
    private readonly room: Room,
    seal: MessageSeal,
    private readonly hearer: ChatHearer,
  ) {
    this.delivery = new Delivery(room, seal, CHAT_TOPIC, MESSAGE_LIMIT, {
      began: (id, identity) => this.began(id, identity),
      arrived: (id, _identity, text) => this.take(id, text),
      lost: (id) => this.drop(id),
      stateChanged: (id, state) =>
        this.hearer.changed((before) => settle(before, id, { state: state === "sent" ? "ready" : state })),
    });
  }

  /** Begin to listen; the returned function ends it. */
  attach(): () => void {
    return this.delivery.attach();
  }

  send = (text: string): void => {
    const id = `own/${crypto.randomUUID()}`;
    const { identity } = this.room.localParticipant;
    const message: ChatMessage = { ...this.empty(id, identity), isOwn: true, text, state: "sending" };
    this.hearer.changed((before) => begin(before, message));
    this.delivery.send(id, text);
  };

  retry = (id: string): void => this.delivery.retry(id);

  private empty(id: string, identity: string): ChatMessage {
    const sender = this.hearer.nameOf(identity);
    return { id, identity, sender, isOwn: false, at: Date.now(), text: null, state: "ready" };
  }

  private began(id: string, identity: string): void {
    const message = this.empty(id, identity);
    this.coming.set(id, message);
    this.hearer.changed((before) => begin(before, message));
  }

  private take(id: string, text: string): void {
    const message = this.coming.get(id);
    if (message === undefined || !isVisible(text)) return this.drop(id);
    this.coming.delete(id);
    this.hearer.changed((before) => settle(before, id, { text }));
    this.hearer.arrived({ ...message, text });
  }

  private drop(id: string): void {
    this.coming.delete(id);
    this.hearer.changed((before) => discard(before, id));
  }
}
