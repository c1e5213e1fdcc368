/** The texts of the room in the page's language. The page hands them over as one prop; `texts.py` holds them. */
import { createContext, useContext, useMemo } from "react";

/** Texts with one form. A test checks that `texts.py` has exactly these. */
export type TextKey =
  | "alone"
  | "camera"
  | "camera_busy"
  | "camera_denied"
  | "camera_failed"
  | "camera_gone"
  | "camera_is_off"
  | "camera_missing"
  | "camera_off"
  | "camera_on"
  | "camera_opening"
  | "camera_unplugged"
  | "cancel"
  | "chat"
  | "chat_empty"
  | "chat_messages"
  | "chat_notice"
  | "chat_title"
  | "close"
  | "close_panel"
  | "come_back_here"
  | "connecting_retry"
  | "connecting_title"
  | "connection_lost"
  | "connection_poor"
  | "controls"
  | "copy_link"
  | "device_failed"
  | "devices_denied"
  | "devices_insecure"
  | "devices_section"
  | "download_chat"
  | "elsewhere_now"
  | "elsewhere_text"
  | "elsewhere_title"
  | "encryption_line"
  | "end_for_all"
  | "end_text"
  | "end_title"
  | "ended_text"
  | "ended_title"
  | "full_title"
  | "grid_view"
  | "help_title"
  | "host"
  | "is_muted"
  | "is_unmuted"
  | "join"
  | "join_again"
  | "join_anyway"
  | "join_here"
  | "join_section"
  | "joining"
  | "key_camera"
  | "key_chat"
  | "key_escape"
  | "key_help"
  | "key_layout"
  | "key_microphone"
  | "key_people"
  | "key_share"
  | "key_talk"
  | "leave"
  | "left_text"
  | "left_title"
  | "link_copied"
  | "lobby_guest"
  | "lobby_host"
  | "lobby_title"
  | "lock_help"
  | "lock_meeting"
  | "locked_now"
  | "locked_title"
  | "lost_text"
  | "lost_title"
  | "message_failed"
  | "message_field"
  | "message_from"
  | "message_sending"
  | "microphone"
  | "microphone_busy"
  | "microphone_denied"
  | "microphone_failed"
  | "microphone_gone"
  | "microphone_level"
  | "microphone_missing"
  | "microphone_unplugged"
  | "more"
  | "more_title"
  | "mute_microphone"
  | "mute_name"
  | "muted_by_host"
  | "name_you"
  | "no_device"
  | "one_joined"
  | "one_left"
  | "page_before"
  | "page_next"
  | "page_of"
  | "pages"
  | "pass_phrase"
  | "pass_phrase_help"
  | "people"
  | "pin_name"
  | "preview_section"
  | "reconnecting"
  | "refused_ended"
  | "refused_full"
  | "refused_locked"
  | "refused_removed"
  | "refused_unavailable"
  | "refused_unknown"
  | "remove"
  | "remove_name"
  | "remove_text"
  | "remove_title"
  | "removed_text"
  | "removed_title"
  | "room_title"
  | "screen_of"
  | "send"
  | "share_failed"
  | "share_screen"
  | "share_started"
  | "share_stopped"
  | "someone"
  | "space_bar"
  | "speaker"
  | "speaker_gone"
  | "speaker_unplugged"
  | "speaker_view"
  | "stop_sharing"
  | "stop_waiting"
  | "test_sound"
  | "test_sound_playing"
  | "to_start"
  | "too_many_text"
  | "too_many_title"
  | "transcript_file"
  | "transcript_title"
  | "try_again"
  | "turn_sound_on"
  | "unavailable_title"
  | "unknown_title"
  | "unmute_microphone"
  | "unpin_name"
  | "waiting_hint"
  | "waiting_text"
  | "waiting_title"
  | "you"
  | "you_are_in"
  | "your_name"
  | "your_name_help"
  | "your_screen";

/** Texts that depend on a count; `{count}` stands for it. */
export type PluralKey =
  | "many_joined"
  | "many_left"
  | "message_left"
  | "message_too_long"
  | "people_count"
  | "unread";

export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>>;
export type Texts = Record<TextKey, string> & Record<PluralKey, PluralForms>;
type Values = Record<string, string | number>;

/** `text` with its `{placeholders}` filled; an unknown one stays as it is. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The form of `forms` that fits `count` in `language`. */
export function pluralForm(forms: PluralForms, count: number, language: string): string {
  const rule = new Intl.PluralRules(language).select(count);
  return forms[rule] ?? forms.other ?? forms.many ?? "";
}

export interface Words {
  language: string;
  brand: string;
  t: (key: TextKey, values?: Values) => string;
  n: (key: PluralKey, count: number, values?: Values) => string;
}

/** The look-up functions over `texts`. */
export function makeWords(texts: Texts, language: string, brand: string): Words {
  return {
    language,
    brand,
    t: (key, values) => fill(texts[key] ?? key, { brand, ...values }),
    n: (key, count, values) => fill(pluralForm(texts[key] ?? {}, count, language), { brand, count, ...values }),
  };
}

const WordsContext = createContext<Words>(makeWords({} as Texts, "en", ""));
export const WordsProvider = WordsContext.Provider;

export function useWords(): Words {
  return useContext(WordsContext);
}

/** The same look-up functions for as long as the language stays. */
export function useMakeWords(texts: Texts, language: string, brand: string): Words {
  // The texts are baked into the page with its language, so the language alone tells when they change.
  return useMemo(() => makeWords(texts, language, brand), [language, brand]);
}

/** The page about what no protection covers, in the page's language. */
export function limitsPath(language: string): string {
  return language === "en" ? "/privacy/limits" : `/${language}/privacy/limits`;
}
