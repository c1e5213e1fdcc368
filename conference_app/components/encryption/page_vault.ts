/** The one vault of a page, and how components follow it. */
import { useSyncExternalStore } from "react";

import { passwordKeyByWorker } from "./password_key";
import { type LinkState, VaultKeeper, type VaultView } from "./vault_keeper";
import { browserStore } from "./vault_store";

export const pageVault = new VaultKeeper({ store: browserStore, derive: passwordKeyByWorker });

export const useVault = (): VaultView => useSyncExternalStore(pageVault.subscribe, pageVault.current, pageVault.current);

export function useLink(meetingId: string): LinkState {
  const { status, links } = useVault();
  if (status !== "open") return { problem: status };
  return links.get(meetingId) ?? { problem: "starting" };
}
