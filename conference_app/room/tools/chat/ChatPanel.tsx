/** The chat: what was said, and the field to say something. */
import { Download, SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";

import { isOfInputMethod } from "../../shared/keyboard";
import { SidePanel } from "../../shared/SidePanel";
import { useWords } from "../../shared/words";
import type { PanelProps } from "../tool";
import { type ChatMessage, follows, MESSAGE_LIMIT, segments, sendable } from "./chat";
import type { Chat } from "./useChat";
import type { ChatState } from "./useChatState";

const time = (at: number, language: string) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(at);

/** A link opens apart from the meeting and learns nothing of where it was clicked. */
function Text({ text }: { text: string }) {
  return (
    <p dir="auto" className="text-sm leading-relaxed break-words whitespace-pre-wrap">
      {segments(text).map((segment, index) =>
        segment.kind === "text" ? (
          // Segments of a message never change or move: their place is their key.
          <span key={index}>{segment.text}</span>
        ) : (
          <a key={index} href={segment.href} target="_blank" rel="noopener noreferrer nofollow" className="break-all text-accent-ink underline underline-offset-2">
            {segment.text}
          </a>
        ),
      )}
    </p>
  );
}

function Message({ message, isFollowing, onRetry }: { message: ChatMessage; isFollowing: boolean; onRetry: () => void }) {
  const { t, language } = useWords();
  return (
    <li className={isFollowing ? "mt-1" : "mt-4 first:mt-0"}>
      {!isFollowing && (
        <p className="mb-0.5 flex items-baseline gap-2 text-xs text-on-stage-muted">
          <bdi className="truncate font-medium text-on-stage" title={message.sender}>
            {message.isOwn ? t("you") : message.sender}
          </bdi>
          <time dateTime={new Date(message.at).toISOString()} className="shrink-0 tabular-nums">
            {time(message.at, language)}
          </time>
        </p>
      )}
      <Text text={message.text ?? ""} />
      {message.state === "sending" && <p className="text-xs text-on-stage-muted">{t("message_sending")}</p>}
      {message.state === "failed" && (
        <p className="text-xs text-danger-ink">
          {t("message_failed")}{" "}
          <button type="button" onClick={onRetry} className="font-medium underline">
            {t("try_again")}
          </button>
        </p>
      )}
    </li>
  );
}

function Messages({ chat }: { chat: Chat }) {
  const { t } = useWords();
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const { messages } = chat;
  useEffect(() => {
    const element = list.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [messages.length]);
  const onScroll = () => {
    const element = list.current;
    if (element) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  };
  return (
    <div ref={list} onScroll={onScroll} tabIndex={0} role="log" aria-label={t("chat_messages")} className="min-h-0 flex-1 overflow-y-auto px-4 pb-3 [scrollbar-width:thin]">
      <p className="mb-4 rounded-control bg-stage px-3 py-2.5 text-xs leading-relaxed text-on-stage-muted">{t("chat_notice")}</p>
      {messages.length === 0 ? (
        <p className="py-8 text-center text-sm text-on-stage-muted">{t("chat_empty")}</p>
      ) : (
        <ol>
          {messages.map((message, index) => (
            <Message key={message.id} message={message} isFollowing={follows(message, messages[index - 1])} onRetry={() => chat.retry(message.id)} />
          ))}
        </ol>
      )}
    </div>
  );
}

const LIMIT_SHOWN_FROM = MESSAGE_LIMIT - 300;

function Composer({ draft, onDraft, onSend }: { draft: string; onDraft: (draft: string) => void; onSend: (text: string) => void }) {
  const { t, n } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const tooLong = draft.trim().length - MESSAGE_LIMIT;
  const send = () => {
    const text = sendable(draft);
    if (text === null) return;
    onSend(text);
    onDraft("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || isOfInputMethod(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="shrink-0 border-t border-stage-line p-3">
      <div className="flex items-end gap-2">
        <textarea
          ref={field}
          rows={Math.min(6, Math.max(1, draft.split("\n").length))}
          value={draft}
          dir="auto"
          aria-label={t("message_field")}
          aria-describedby="message-limit"
          placeholder={t("message_field")}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={onKeyDown}
          className="min-h-11 min-w-0 flex-1 resize-none rounded-control border border-line-strong bg-stage px-3 py-2.5 text-sm text-on-stage placeholder:text-on-stage-muted"
        />
        <button
          type="button"
          aria-label={t("send")}
          title={t("send")}
          onClick={send}
          aria-disabled={sendable(draft) === null}
          className="flex size-11 shrink-0 items-center justify-center rounded-control bg-accent text-on-accent hover:bg-accent-hover aria-disabled:bg-stage-line aria-disabled:text-on-stage-muted"
        >
          <SendHorizontal size={20} aria-hidden />
        </button>
      </div>
      <p id="message-limit" role="status" className={`mt-1.5 text-xs ${tooLong > 0 ? "text-danger-ink" : "text-on-stage-muted"} ${draft.length < LIMIT_SHOWN_FROM ? "sr-only" : ""}`}>
        {tooLong > 0 ? n("message_too_long", tooLong) : draft.length >= LIMIT_SHOWN_FROM ? n("message_left", -tooLong) : ""}
      </p>
    </div>
  );
}

export function ChatPanel({ state: { chat, draft, onDraft, save }, onClose }: PanelProps<ChatState>) {
  const { t } = useWords();
  const label = t("download_chat");
  const actions = save && (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={save}
      className="flex size-11 items-center justify-center rounded-full text-on-stage-muted hover:bg-stage-line hover:text-on-stage"
    >
      <Download size={18} aria-hidden />
    </button>
  );
  return (
    <SidePanel title={t("chat_title")} actions={actions} onClose={onClose}>
      <Messages chat={chat} />
      <Composer draft={draft} onDraft={onDraft} onSend={chat.send} />
    </SidePanel>
  );
}
