/** Joins the chat to the room: LiveKit text streams in, text streams out. */
import { type Room, ConnectionState, RoomEvent, type TextStreamReader } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import { Absent, type Said } from "./absent";
import { begin, CHAT_TOPIC, type ChatLog, type ChatMessage, discard, EMPTY_LOG, MESSAGE_LIMIT, readable, settle } from "./chat";

/** How long a message waits for those who were here before the connection broke, in milliseconds. */
const BACK_MS = 3000;
const LOOK_MS = 400;

export interface Chat {
  messages: ChatMessage[];
  send: (text: string) => void;
  retry: (id: string) => void;
}

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

/** Messages survive reconnecting, since they are kept here and not in the room. */
export function useChat(room: Room, nameOf: (identity: string) => string, onArrival: (message: ChatMessage) => void): Chat {
  const [log, setLog] = useState<ChatLog>(EMPTY_LOG);
  const arrival = useRef(onArrival);
  arrival.current = onArrival;
  const naming = useRef(nameOf);
  naming.current = nameOf;
  const unsent = useRef(new Map<string, string>());
  const isWhole = useRef(true);
  const absent = useRef(new Absent());
  const seen = useRef(new Set<string>());

  useEffect(() => {
    const receive = (reader: TextStreamReader, { identity }: { identity: string }) => {
      // The id is the sender's word; joined with the identity it cannot replace another's message.
      const id = `${identity}/${reader.info.attributes?.id ?? reader.info.id}`;
      if (seen.current.has(id)) return void readBounded(reader).catch(() => null);
      seen.current.add(id);
      const message: ChatMessage = {
        id,
        sender: naming.current(identity),
        isOwn: false,
        at: Date.now(),
        text: null,
        state: "ready",
      };
      setLog((before) => begin(before, message));
      void readBounded(reader).then(
        (text) => {
          if (text === null || text.trim() === "") return setLog((before) => discard(before, id));
          setLog((before) => settle(before, id, { text }));
          arrival.current({ ...message, text });
        },
        () => {
          seen.current.delete(id);
          setLog((before) => discard(before, id));
        },
      );
    };
    room.registerTextStreamHandler(CHAT_TOPIC, receive);
    return () => room.unregisterTextStreamHandler(CHAT_TOPIC);
  }, [room]);

  const deliver = useCallback(
    async (id: string, text: string) => {
      setLog((before) => settle(before, id, { state: "sending" }));
      try {
        await room.localParticipant.sendText(text, { topic: CHAT_TOPIC, attributes: { id } });
        unsent.current.delete(id);
        absent.current.owe({ id, text }, Date.now());
        setLog((before) => settle(before, id, { state: "ready" }));
      } catch {
        setLog((before) => settle(before, id, { state: "failed" }));
      }
    },
    [room],
  );

  const flush = useCallback(async () => {
    for (const [id, text] of [...unsent.current]) await deliver(id, text);
  }, [deliver]);

  const repay = useCallback(
    async (identity: string, missed: Said[]) => {
      const destinationIdentities = [identity];
      for (const { id, text } of missed) {
        await room.localParticipant.sendText(text, { topic: CHAT_TOPIC, attributes: { id }, destinationIdentities });
      }
    },
    [room],
  );

  useEffect(() => {
    let since = 0;
    const doubt = () => {
      const later = [...unsent.current];
      unsent.current.clear();
      for (const { id, text } of absent.current.doubtful(Date.now())) unsent.current.set(id, text);
      for (const [id, text] of later) unsent.current.set(id, text);
    };
    const look = () => {
      if (isMending(room)) {
        if (isWhole.current) doubt();
        isWhole.current = false;
        since = Date.now();
        return;
      }
      const present = [...room.remoteParticipants.values()].filter((other) => other.isActive).map((other) => other.identity);
      for (const [identity, missed] of absent.current.look(present, Date.now())) {
        repay(identity, missed).catch(() => absent.current.keep(identity, missed, Date.now()));
      }
      if (!isWhole.current && (absent.current.isNobody || Date.now() - since > BACK_MS)) {
        isWhole.current = true;
        void flush();
      }
    };
    look();
    room.on(RoomEvent.ConnectionStateChanged, look);
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
      room.off(RoomEvent.ConnectionStateChanged, look);
    };
  }, [room, flush, repay]);

  const send = useCallback(
    (text: string) => {
      const id = `own/${crypto.randomUUID()}`;
      const sender = room.localParticipant.name || room.localParticipant.identity;
      setLog((before) => begin(before, { id, sender, isOwn: true, at: Date.now(), text, state: "sending" }));
      unsent.current.set(id, text);
      if (isMending(room)) isWhole.current = false;
      if (isWhole.current) void deliver(id, text);
    },
    [room, deliver],
  );

  const retry = useCallback(
    (id: string) => {
      const text = unsent.current.get(id);
      if (text !== undefined) void deliver(id, text);
    },
    [deliver],
  );

  return { messages: readable(log), send, retry };
}
