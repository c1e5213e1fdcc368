/** What a tool of the room is: people, chat, and all that come. No tool knows another, and the call knows none by name. */
import type { Participant, Room } from "livekit-client";
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";

import type { WaitingPerson } from "../pageMessages";
import type { TextKey } from "../shared/words";
import type { MessageSeal } from "../wire/delivery";

/** What a host may do to others. */
export interface HostActions {
  mute: (participant: Participant) => void;
  remove: (participant: Participant) => void;
  lock: (isLocked: boolean) => void;
  /** Who waits to be let in, the first first. */
  waiting: WaitingPerson[];
  /** Let in that identity, or all for "". */
  admit: (identity: string) => void;
  refuse: (identity: string) => void;
  /** The text to send to guests; empty for whom the rights were handed over to. */
  invitation: string;
}

/** What every tool is told of the running call. */
export interface CallFacts {
  room: Room;
  /** What is sent to the others goes by this. */
  seal: MessageSeal;
  subject: string;
  people: Participant[];
  isLocked: boolean;
  /** null for guests. */
  host: HostActions | null;
  /** Show and read out what somebody has written or done in a tool that is closed. */
  tell: (name: string, text: string, tool: string) => void;
}

/** A number on the corner of a tool's button. */
export interface Badge {
  count: number;
  /** Whether it asks to be looked at. */
  isNews: boolean;
  /** What it means, for screen readers; empty if they hear it elsewhere. */
  said: string;
}

export interface PanelProps<State> {
  call: CallFacts;
  state: State;
  onClose: () => void;
}

/** What a tool has made in this call that a person may want to keep. */
export interface Savable {
  label: TextKey;
  save: () => void;
}

export interface Tool<State> {
  id: string;
  icon: LucideIcon;
  label: TextKey;
  /** Its key, a capital letter that no other has, and what that key does. */
  shortcut: string;
  help: TextKey;
  /** Whether its button stays in a narrow bar for longest; the others become entries of "More" first. */
  isInNarrowBar: boolean;
  mayUse: (call: CallFacts) => boolean;
  /** A hook that runs for the whole call, whether the panel is open or not. */
  useState: (call: CallFacts, isOpen: boolean) => State;
  badge: (state: State) => Badge | null;
  /** What may still be saved when the call is over. */
  savable?: (state: State) => Savable | null;
  Panel: ComponentType<PanelProps<State>>;
}

/** A tool whose state only the tool itself looks into. */
export type AnyTool = Tool<unknown>;
