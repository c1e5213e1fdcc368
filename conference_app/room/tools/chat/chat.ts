/** The chat of one meeting: messages in the order they began to arrive, bounded, links made safe. No React, no network. */

import { isVisible, withLineEnds } from "../../shared/visibleText";

/** Characters in one message at most, counted as UTF-16 units like a text field's `maxlength`. */
export const MESSAGE_LIMIT = 4000;
/** Messages kept; older ones are dropped. */
export const HISTORY_LIMIT = 2000;

export interface ChatMessage {
  id: string;
  /** Of the sender; names are not unique. */
  identity: string;
  /** The sender's name as it was shown when the message came. */
  sender: string;
  isOwn: boolean;
  /** Milliseconds since 1970, by this browser's clock: a sender cannot date a message as they like. */
  at: number;
  /** null until all of it has arrived. */
  text: string | null;
  state: "ready" | "sending" | "failed";
}

export interface ChatLog {
  readonly messages: ReadonlyArray<ChatMessage>;
}

export const EMPTY_LOG: ChatLog = { messages: [] };

/** A place for a message whose text is still on its way, so that the order is that of beginning. */
export function begin(log: ChatLog, message: ChatMessage): ChatLog {
  if (log.messages.some((known) => known.id === message.id)) return log;
  return { messages: [...log.messages, message].slice(-HISTORY_LIMIT) };
}

/** The message's text or state has become known. */
export function settle(log: ChatLog, id: string, change: Partial<ChatMessage>): ChatLog {
  return { messages: log.messages.map((message) => (message.id === id ? { ...message, ...change } : message)) };
}

/** The message never arrived whole. */
export function discard(log: ChatLog, id: string): ChatLog {
  return { messages: log.messages.filter((message) => message.id !== id) };
}

const TOGETHER_MS = 120_000;

/** Whether a message stands under the name of the one before: it is of the same person, and soon after. */
export function follows(message: ChatMessage, before: ChatMessage | undefined): boolean {
  return before !== undefined && before.identity === message.identity && message.at - before.at < TOGETHER_MS;
}

/** Messages that can be read, oldest first. */
export function readable(log: ChatLog): ChatMessage[] {
  return log.messages.filter((message) => message.text !== null);
}

export type Segment = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const LINK = /https?:\/\/[^\s<>"'`\u0000-\u001f\u200b-\u200f\u2028-\u202e\u2060-\u2069]+/giu;
const TRAILING = /[.,;:!?…)\]}]+$/u;

/** Keeps a closing bracket that belongs to the address, as in …/Rome_(city). */
function trimLink(raw: string): string {
  let link = raw;
  for (let end = TRAILING.exec(link); end !== null; end = TRAILING.exec(link)) {
    const last = link.slice(-1);
    if (last === ")" && link.split("(").length >= link.split(")").length) break;
    link = link.slice(0, -1);
  }
  return link;
}

/** The address to open, or null if it is not a plain web address. Names and passwords in it are a trick: refused. */
export function safeHref(text: string): string | null {
  try {
    const url = new URL(text);
    const plain = (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "";
    return plain && url.username === "" && url.password === "" ? url.href : null;
  } catch {
    return null;
  }
}

/** `text` cut into plain text and links. Joined together the segments' texts are `text` again. */
export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = trimLink(match[0]);
    const href = safeHref(shown);
    if (href === null) continue;
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    found.push({ kind: "link", text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

/** A file's worth of the conversation: one line a message, its further lines indented, so that nobody can forge one. */
export function transcript(messages: ReadonlyArray<ChatMessage>, title: string, time: (at: number) => string): string {
  const lines = messages.map(
    ({ at, sender, text }) => `[${time(at)}] ${withLineEnds(sender, " ")}: ${withLineEnds(text ?? "", "\n    ")}`,
  );
  return [withLineEnds(title, " "), "", ...lines, ""].join("\n");
}

/** What may be sent of what was typed: without spaces around it, or null if nothing can be seen or it is too long. */
export function sendable(draft: string): string | null {
  const text = draft.trim();
  return isVisible(text) && text.length <= MESSAGE_LIMIT ? text : null;
}
