/** Gives the encryption's state, and who the members are, to all that shows people or says how safe the call is. */
import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";

import { NO_GROUP } from "./groupKeys";
import type { EncryptionState, MeetingEncryption } from "./meetingEncryption";

const NOTHING: EncryptionState = { group: NO_GROUP, members: new Map(), problems: [], isAssured: false };
const EncryptionContext = createContext(NOTHING);

export function EncryptionProvider({ encryption, children }: { encryption: MeetingEncryption; children: ReactNode }) {
  const state = useSyncExternalStore(encryption.subscribe, encryption.snapshot);
  return <EncryptionContext.Provider value={state}>{children}</EncryptionContext.Provider>;
}

export function useEncryption(): EncryptionState {
  return useContext(EncryptionContext);
}
