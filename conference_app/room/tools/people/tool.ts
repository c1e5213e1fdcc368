/** The list of people as a tool of the room. */
import { Users } from "lucide-react";

import type { Tool } from "../tool";
import { PeoplePanel } from "./PeoplePanel";

/** Its state is how many are here. */
export const PEOPLE: Tool<number> = {
  id: "people",
  icon: Users,
  label: "people",
  shortcut: "P",
  help: "key_people",
  isInNarrowBar: false,
  mayUse: () => true,
  useState: ({ people }) => people.length,
  badge: (count) => ({ count, isNews: false, said: "" }),
  Panel: PeoplePanel,
};
