/** What the page tells this component; Python's side is page_messages.py. Written by typescript_types.py: change it there. */

/** What the page knows before joining. `subject` only for the organizer: strangers learn it when they are let in. */
export interface Door {
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
}

/** The answer to asking for a place. The browser takes each `id` once and says so; then the token is forgotten. */
export interface Answer {
  id: string;
  kind: "" | "admitted" | "waiting" | "ask_again" | "refused";
  token: string;
  name: string;
  role: string;
  subject: string;
  /** Of the refusal: ConferenceError.code. */
  code: string;
  message: string;
  wait_s: number;
}

/** What to tell the host about their last order. */
export interface Notice {
  id: string;
  message: string;
}
