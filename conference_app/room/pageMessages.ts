/** What the page tells this component; Python's side is page_messages.py. Written by typescript_types.py: change it there. */

/** What the page knows before joining. `subject` only for the organizer: strangers learn it when they are let in. */
export interface MeetingAccess {
  /** Another one at each load, by which the browser notices that this State has been lost and found. */
  id: string;
  status: "loading" | "waiting" | "open" | "locked" | "ended" | "not_found" | "too_many_attempts" | "unavailable";
  message: string;
  needs_pass_phrase: boolean;
  subject: string;
  suggested_name: string;
  /** What the others also see under that name. */
  introduction: string;
  is_host: boolean;
  /** Whose meeting it is; empty until a pass-phrase that is asked for was right. */
  host: string;
  /** When it begins, in words; empty like `host`, and without a set time. */
  when: string;
  /** For the organizer: the text to send to guests. */
  invitation: string;
  /** For the organizer: from it and their vault their browser derives the meeting's root key. */
  meeting_id: string;
}

/** The answer to asking for a place. The browser takes each `id` once and says so; then the token is forgotten. */
export interface Answer {
  id: string;
  kind: "" | "admitted" | "waiting" | "ask_again" | "refused";
  token: string;
  name: string;
  role: string;
  subject: string;
  /** Of a refusal: ConferenceError.code. Of a wait: "host" (who has yet to come) or "admit" (the host is asked). */
  code: string;
  /** Of a wait: as in MeetingAccess. */
  host: string;
  when: string;
  message: string;
  wait_s: number;
}

/** What to tell the host about their last order. */
export interface Notice {
  id: string;
  message: string;
}

/** Somebody who waits to be let in. */
export interface WaitingPerson {
  identity: string;
  name: string;
  /** The key that the host's browser signs a ticket for, base64url; empty if theirs named none. */
  leaf_key: string;
  /** Shows that they have the whole link, base64url; empty without it. */
  proof: string;
}

/** What the host is told. The browser asks for the next one when it has another `id`; empty: this tab is no host's. */
export interface Desk {
  id: string;
  waiting: Array<WaitingPerson>;
}
