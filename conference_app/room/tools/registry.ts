/** The tools of the room, in the order of their buttons. Bar, panel, "More", keys and help sheet are made from this list. */
import { CHAT } from "./chat/tool";
import { PEOPLE } from "./people/tool";
import type { AnyTool, CallFacts, Tool } from "./tool";

const listed = <State,>(tool: Tool<State>): AnyTool => tool as AnyTool;

export const TOOLS: ReadonlyArray<AnyTool> = [listed(PEOPLE), listed(CHAT)];

/** A tool with its state in the running call. */
export interface RunningTool extends AnyTool {
  state: unknown;
}

/** The tools that this person may use; `open` is the id of the one whose panel is open. */
export function useTools(call: CallFacts, open: string | null): RunningTool[] {
  // The list is the same at every rendering, and so is the order of its hooks.
  const running = TOOLS.map((tool) => ({ ...tool, state: tool.useState(call, tool.id === open) }));
  return running.filter((tool) => tool.mayUse(call));
}
