/** The chat as a tool of the room. */
import { MessageSquare } from "lucide-react";

import type { Tool } from "../tool";
import { ChatPanel } from "./ChatPanel";
import { type ChatState, useChatState } from "./useChatState";

export const CHAT: Tool<ChatState> = {
  id: "chat",
  icon: MessageSquare,
  label: "chat",
  shortcut: "C",
  help: "key_chat",
  isInNarrowBar: true,
  mayUse: () => true,
  useState: useChatState,
  badge: ({ unread, unreadSaid }) => ({ count: unread, isNews: true, said: unreadSaid }),
  savable: ({ save }) => save && { label: "save_chat", save },
  Panel: ChatPanel,
};
