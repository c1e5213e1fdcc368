/** What a changed client may do: real, signed commits that keep no rule. */
import { type Credential, createCommit, decodeMlsMessage, encodeMlsMessage, generateKeyPackageWithKey, joinGroupExternal, type Proposal, type PublicMessage } from "ts-mls";

import { type Bytes, copied } from "../../../conference_app/room/encryption/bytes";
import type { KeyPair } from "../../../conference_app/room/encryption/ed25519";
import type { MlsGroup } from "../../../conference_app/room/encryption/mls";
import { suite } from "../../../conference_app/room/encryption/suite";
import { type Ticket, ticketBytes } from "../../../conference_app/room/encryption/tickets";

export const capabilities = { versions: ["mls10" as const], ciphersuites: [(await suite()).name], extensions: [], proposals: [], credentials: ["basic" as const] };
const lifetime = { notBefore: 0n, notAfter: 9223372036854775807n };

/** Checks nobody. */
const lax = ({ state }: MlsGroup) => ({ ...state, clientConfig: { ...state.clientConfig, authService: { validateCredential: async () => true } } });

const wire = (publicMessage: PublicMessage): Bytes => copied(encodeMlsMessage({ version: "mls10", wireformat: "mls_public_message", publicMessage }));

export async function packageOf(leaf: KeyPair, ticket: Ticket, changed = {}) {
  const credential: Credential = { credentialType: "basic", identity: ticketBytes(ticket) };
  return generateKeyPackageWithKey(credential, { ...capabilities, ...changed }, lifetime, [], { signKey: leaf.seed, publicKey: leaf.publicKey }, await suite());
}

export async function laxCommit(by: MlsGroup, extraProposals: Proposal[], authenticatedData = new Uint8Array()): Promise<Bytes> {
  const { commit } = await createCommit({ state: lax(by), cipherSuite: await suite() }, { wireAsPublicMessage: true, extraProposals, authenticatedData });
  return copied(encodeMlsMessage(commit));
}

export interface LaxJoin {
  leaf: KeyPair;
  ticket: Ticket;
  resync?: boolean;
  data?: Uint8Array;
  /** Other capabilities than ours. */
  changed?: object;
}

/** An external commit out of what `info` says; `any` lends the rest of its configuration. */
export async function laxJoin(info: Bytes, any: MlsGroup, { leaf, ticket, resync = false, data, changed }: LaxJoin): Promise<Bytes> {
  const [message] = decodeMlsMessage(info, 0)!;
  if (message.wireformat !== "mls_group_info") throw new Error("not a group info");
  const { publicPackage, privatePackage } = await packageOf(leaf, ticket, changed);
  const { publicMessage } = await joinGroupExternal(message.groupInfo, publicPackage, privatePackage, resync, await suite(), undefined, lax(any).clientConfig, data);
  return wire(publicMessage);
}
