/** The chat of the call: its messages, and how to send one. */
import type { Room } from "livekit-client";
import { useEffect, useRef, useState } from "react";

import type { MessageSeal } from "../../wire/delivery";
import { type ChatLog, type ChatMessage, EMPTY_LOG, readable } from "./chat";
import { ChatWire } from "./chatWire";

export interface Chat {
  messages: ChatMessage[];
  send: (text: string) => void;
  retry: (id: string) => void;
}

/** Messages survive reconnecting, since they are kept here and not in the room, which is the same for the whole call. */
export function useChat(
  room: Room,
  seal: MessageSeal,
  nameOf: (identity: string) => string,
  onArrival: (message: ChatMessage) => void,
): Chat {
  const [log, setLog] = useState<ChatLog>(EMPTY_LOG);
  const latest = useRef({ nameOf, onArrival });
  latest.current = { nameOf, onArrival };
  const [wire] = useState(
    () =>
      new ChatWire(room, seal, {
        changed: setLog,
        nameOf: (identity) => latest.current.nameOf(identity),
        arrived: (message) => latest.current.onArrival(message),
      }),
  );
  useEffect(() => wire.attach(), [wire]);
  return { messages: readable(log), send: wire.send, retry: wire.retry };
}
