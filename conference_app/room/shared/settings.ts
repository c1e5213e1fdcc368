/** What a person has set for rooms, kept in this browser. */
import { useSyncExternalStore } from "react";

export interface RoomSettings {
  /** Soft sounds for comings, goings and messages. */
  hasSounds: boolean;
  /** Keys that act by themselves, without Ctrl or Alt. */
  hasSingleKeys: boolean;
}

const STORED_AS = "parley.room";
const DEFAULT: RoomSettings = { hasSounds: true, hasSingleKeys: true };

/** What `stored` says, as far as it says anything. */
export function parseSettings(stored: string | null): RoomSettings {
  try {
    const found: unknown = JSON.parse(stored ?? "{}");
    const { hasSounds, hasSingleKeys } = { ...DEFAULT, ...(found as Partial<RoomSettings>) };
    return { hasSounds: hasSounds !== false, hasSingleKeys: hasSingleKeys !== false };
  } catch {
    return DEFAULT;
  }
}

function load(): RoomSettings {
  try {
    return parseSettings(localStorage.getItem(STORED_AS));
  } catch {
    return DEFAULT;
  }
}

let current: RoomSettings | undefined;
const listeners = new Set<() => void>();

export function roomSettings(): RoomSettings {
  current ??= load();
  return current;
}

export function changeSettings(change: Partial<RoomSettings>): void {
  current = { ...roomSettings(), ...change };
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing has it until the page is closed.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSettings(): RoomSettings {
  return useSyncExternalStore(subscribe, roomSettings);
}
