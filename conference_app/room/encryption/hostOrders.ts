/** Orders of a host to other members' browsers, signed and sealed: to mute. The server carries them and can give none. */
import { Encryption_Type } from "@livekit/protocol";
import { type RemoteParticipant, type Room, RoomEvent } from "livekit-client";

import type { Member } from "./groupKeys";
import { type SignedWord, toSignedWord } from "./signedWords";

export const ORDER_TOPIC = "parley.order";
/** Bytes of an order; real ones have some 300. */
const LIMIT = 1000;
const REMEMBERED = 200;

/** What of `GroupClient` is used here. */
export interface WordGroup {
  say: (text: string) => Promise<SignedWord | null>;
  isWordOf: (identity: string, word: SignedWord) => Promise<boolean>;
}

interface Order {
  order: "mute";
  to: string;
  id: string;
}

function parse(payload: Uint8Array): SignedWord | null {
  if (payload.length > LIMIT) return null;
  try {
    return toSignedWord(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return null;
  }
}

function orderIn({ text }: SignedWord): Order | null {
  try {
    const { order, to, id } = JSON.parse(text) as Record<string, unknown>;
    return order === "mute" && typeof to === "string" && typeof id === "string" ? { order, to, id } : null;
  } catch {
    return null;
  }
}

export class HostOrders {
  private readonly done = new Set<string>();

  /** `memberOf`: who somebody is in the group. `obey`: what was ordered of us. */
  constructor(
    private readonly room: Room,
    private readonly group: WordGroup,
    private readonly memberOf: (identity: string) => Member | undefined,
    private readonly obey: (order: "mute") => void,
  ) {}

  /** Begin to listen; the returned function ends it. */
  attach(): () => void {
    this.room.on(RoomEvent.DataReceived, this.receive);
    return () => void this.room.off(RoomEvent.DataReceived, this.receive);
  }

  /** Have somebody's browser mute their microphone; in vain for those who are no hosts. */
  async mute(identity: string): Promise<void> {
    const word = await this.group.say(JSON.stringify({ order: "mute", to: identity, id: crypto.randomUUID() } satisfies Order));
    if (!word) return;
    const payload = new TextEncoder().encode(JSON.stringify(word));
    await this.room.localParticipant.publishData(payload, { reliable: true, topic: ORDER_TOPIC, destinationIdentities: [identity] });
  }

  private receive = (payload: Uint8Array, from?: RemoteParticipant, _kind?: unknown, topic?: string, type?: Encryption_Type): void => {
    if (topic !== ORDER_TOPIC || !from || type === undefined || type === Encryption_Type.NONE) return;
    void this.take(payload, from.identity);
  };

  private async take(payload: Uint8Array, identity: string): Promise<void> {
    const word = parse(payload);
    const order = word && orderIn(word);
    const member = this.memberOf(identity);
    if (!word || !order || !member || member.role === "guest") return;
    if (order.to !== this.room.localParticipant.identity || this.done.has(order.id)) return;
    if (!(await this.group.isWordOf(identity, word))) return;
    this.remember(order.id);
    this.obey(order.order);
  }

  private remember(id: string): void {
    this.done.add(id);
    const [oldest] = this.done;
    if (this.done.size > REMEMBERED) this.done.delete(oldest);
  }
}
