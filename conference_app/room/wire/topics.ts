/** The topics of LiveKit's text streams, by which tools tell their messages apart. */
export type Topic = "lk.chat";

/** The one that LiveKit's own clients use for chat, so that they can read along. */
export const CHAT_TOPIC: Topic = "lk.chat";
