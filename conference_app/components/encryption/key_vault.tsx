// Opens the account's key vault as far as that needs nobody, and has the server keep what is missing there.

import { useEffect } from "react";

import type { KeptMeeting } from "./meeting_links";
import { pageVault } from "./page_vault";
import type { KeptVault } from "./vault_session";
import { confirmTyped } from "./vault_store";

type KeyVaultProps = {
  /** A KeptVault as JSON; empty until the server has answered. */
  vault: string;
  /** A list of KeptMeeting as JSON. */
  meetings: string;
  /** Grows when the server has taken a new password. */
  proven: number;
  onPut: (vaultId: string, wraps: string) => void;
  onReplace: (vaultId: string, wraps: string) => void;
  onMeetings: (keys: string) => void;
};

export function KeyVault({ vault, meetings, proven, onPut, onReplace, onMeetings }: KeyVaultProps) {
  pageVault.post = {
    put: (vaultId, wraps) => onPut(vaultId, JSON.stringify(wraps)),
    replace: (vaultId, wraps) => onReplace(vaultId, JSON.stringify(wraps)),
    meetings: (keys) => onMeetings(JSON.stringify(keys)),
  };
  useEffect(() => {
    if (!vault) return;
    void (async () => {
      if (proven) await confirmTyped().catch(() => undefined);
      await pageVault.load(JSON.parse(vault) as KeptVault, JSON.parse(meetings) as KeptMeeting[]);
    })();
  }, [vault, meetings, proven]);
  return null;
}
