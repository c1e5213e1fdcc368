/** Saving the conversation as a text file. */
import { useWords } from "../../shared/words";
import { type ChatMessage, transcript } from "./chat";

/** A file made here in the browser: the conversation is sent nowhere. */
function download(messages: ChatMessage[], title: string, name: string, language: string): void {
  const stamp = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  const text = transcript(messages, title, (at) => stamp.format(at));
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves what was said so far; null while there is nothing. */
export function useSaveChat(messages: ChatMessage[], subject: string): (() => void) | null {
  const { t, language } = useWords();
  if (messages.length === 0) return null;
  return () => download(messages, subject || t("transcript_title"), t("transcript_file"), language);
}
