/** What the room shows of a participant beside the name: initials, colour, and what our server knows of members. */
import type { Participant } from "livekit-client";

/** Colours behind initials: calm, and light text on them has at least 4.5:1. */
const BACKGROUNDS = ["#3b5578", "#5b4a7d", "#2f6360", "#73503a", "#70445d", "#4a5d34", "#38597a", "#6b4a4a"];

/** One or two capitals of a name, by what people see as letters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...word][0]?.toLocaleUpperCase() ?? "").join("");
}

/** Always the same colour for the same identity. */
export function backgroundOf(identity: string): string {
  let sum = 0;
  for (const letter of identity) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return BACKGROUNDS[sum % BACKGROUNDS.length];
}

/** A member's title, company and institution in one line; empty for guests and those who gave none. */
export function aboutOf(participant: Participant): string {
  return participant.attributes.about ?? "";
}

/** Where our server gives a member's photo; empty without one. */
export function photoOf(participant: Participant): string {
  const path = participant.attributes.photo ?? "";
  return path.startsWith("/room-photo/") ? path : "";
}
