/** What the chat keeps for the whole call: messages, the draft, and how many came while it was closed. */
import { useRef, useState } from "react";

import { useNameOf } from "../../shared/NamesProvider";
import { useWords } from "../../shared/words";
import type { CallFacts } from "../tool";
import { type Chat, useChat } from "./useChat";
import { useSaveChat } from "./useSaveChat";

export interface ChatState {
  chat: Chat;
  draft: string;
  onDraft: (draft: string) => void;
  unread: number;
  unreadSaid: string;
  /** Saves what was said; null while there is nothing. */
  save: (() => void) | null;
}

export function useChatState({ room, seal, subject, tell }: CallFacts, isOpen: boolean): ChatState {
  const { n } = useWords();
  const nameOf = useNameOf();
  const [draft, onDraft] = useState("");
  const [unread, setUnread] = useState(0);
  const open = useRef(isOpen);
  open.current = isOpen;
  if (isOpen && unread > 0) setUnread(0);
  const senderName = (identity: string) => nameOf({ identity });
  const chat = useChat(room, seal, senderName, ({ sender, text }) => {
    // The open chat is a log, which screen readers follow by themselves.
    if (open.current) return;
    setUnread((before) => before + 1);
    tell(sender, text ?? "", "chat");
  });
  const save = useSaveChat(chat.messages, subject);
  return { chat, draft, onDraft, unread, unreadSaid: unread > 0 ? n("unread", unread) : "", save };
}
