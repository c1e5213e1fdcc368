/** What the page tells this component; Python's side is page_messages.py. */

/** What the page knows of the meeting before joining. */
export interface Door {
  id: string;
  status: "loading" | "waiting" | "open" | "locked" | "ended" | "not_found" | "too_many_attempts" | "unavailable";
  message: string;
  needs_pass_phrase: boolean;
  subject: string;
  suggested_name: string;
  /** What the others also see under the suggested name; empty for guests. */
  introduction: string;
  is_host: boolean;
}

/** What the page answers to asking for a place; `id` differs for each answer, "" means none. */
export interface Answer {
  id: string;
  kind: "" | "admitted" | "waiting" | "ask_again" | "refused";
  token: string;
  name: string;
  role: string;
  subject: string;
  code: string;
  message: string;
  wait_s: number;
}

/** What to tell the host about their last order; `id` differs each time. */
export interface PageNotice {
  id: string;
  message: string;
}
