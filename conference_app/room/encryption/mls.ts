/**
 * MLS (RFC 9420) as we use it, over ts-mls: joins by external commits only, removals and key updates by members.
 *
 * A group is a value: every step gives a new one and leaves the old as it was, so that a commit which the server turns
 * down leaves no trace. Never process a commit of one's own: take the group that making it gave.
 */
import {
  type ClientConfig, type ClientState, type Credential, createCommit, createGroup, createGroupInfoWithExternalPubAndRatchetTree,
  decodeMlsMessage, defaultKeyPackageEqualityConfig, defaultKeyRetentionConfig, defaultLifetimeConfig, defaultPaddingConfig, emptyPskIndex, encodeMlsMessage, generateKeyPackageWithKey, type GroupInfo, joinGroupExternal,
  mlsExporter, processPublicMessage, type Proposal, type PublicMessage, type RatchetTree,
} from "ts-mls";
import { decodeRatchetTree } from "ts-mls/ratchetTree.js";

import { type Bytes, copied, pack, toB64, utf8 } from "./bytes";
import type { KeyPair } from "./ed25519";
import { goneData, type GoneWords } from "./goneWords";
import type { GroupFacts } from "./groupFacts";
import type { Member } from "./groupKeys";
import { checkCommit, checkTree, leafWithKey, leavesOf, Refused, SUITE, ticketOf } from "./policy";
import { suite } from "./suite";
import { type Ticket, TicketBook, ticketBytes } from "./tickets";

const MEDIA_LABEL = "conference_app/media/v1";
const CAPABILITIES = { versions: ["mls10" as const], ciphersuites: [SUITE as typeof SUITE], extensions: [], proposals: [], credentials: ["basic" as const] };
/** A leaf's lifetime says nothing here: the group ends with the meeting, and no clock decides who is in it. */
const LIFETIME = { notBefore: 0n, notAfter: 9223372036854775807n };

export interface MlsGroup {
  state: ClientState;
  book: TicketBook;
  members: Member[];
}

/** What a commit of one's own would lead to, if the server accepts it. */
export interface OwnCommit {
  message: Bytes;
  group: MlsGroup;
}

const credentialOf = (ticket: Ticket): Credential => ({ credentialType: "basic", identity: ticketBytes(ticket) });

/** Asks `book` about every leaf that MLS looks at. */
function configFor(book: TicketBook): ClientConfig {
  const validateCredential = async (credential: Credential, key: Uint8Array) =>
    credential.credentialType === "basic" && (await book.valid(credential.identity, key)) !== null;
  return {
    keyRetentionConfig: defaultKeyRetentionConfig,
    lifetimeConfig: defaultLifetimeConfig,
    keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    paddingConfig: defaultPaddingConfig,
    authService: { validateCredential },
  };
}

async function keyPackage(leaf: KeyPair, ticket: Ticket) {
  const keys = { signKey: leaf.seed, publicKey: leaf.publicKey };
  return generateKeyPackageWithKey(credentialOf(ticket), CAPABILITIES, LIFETIME, [], keys, await suite());
}

async function membersOf(tree: RatchetTree, book: TicketBook): Promise<Member[]> {
  return Promise.all(
    leavesOf(tree).map(async ({ index, node }) => {
      const { identity, name, role, kind, note } = await ticketOf(book, node);
      return { identity, name, role, kind, note, leaf: index, key: toB64(node.signaturePublicKey) };
    }),
  );
}

async function grouped(state: ClientState, book: TicketBook): Promise<MlsGroup> {
  // What ts-mls keeps of former epochs serves its encrypted messages, of which there are none: keys are not kept for nothing.
  return { state: { ...state, historicalReceiverData: new Map() }, book, members: await membersOf(state.ratchetTree, book) };
}

/** The first member's group, epoch 0. */
export async function newGroup(facts: GroupFacts, leaf: KeyPair, ticket: Ticket): Promise<MlsGroup> {
  const book = new TicketBook(facts);
  const { publicPackage, privatePackage } = await keyPackage(leaf, ticket);
  const state = await createGroup(facts.groupId, publicPackage, privatePackage, [], await suite(), configFor(book));
  await checkTree({ context: state.groupContext, tree: state.ratchetTree, book });
  return grouped(state, book);
}

/** The group as a member hands it out to newcomers: `GroupInfo` with the tree and the key to join by. */
export async function groupInfo({ state }: MlsGroup): Promise<Bytes> {
  const info = await createGroupInfoWithExternalPubAndRatchetTree(state, [], await suite());
  return copied(encodeMlsMessage({ version: "mls10", wireformat: "mls_group_info", groupInfo: info }));
}

/** What a group is like from outside. */
export interface Outside {
  epoch: number;
  info: GroupInfo;
  tree: RatchetTree;
  members: Member[];
  book: TicketBook;
}

function decoded(bytes: Bytes) {
  const [message, length] = decodeMlsMessage(bytes, 0) ?? [];
  if (!message || length !== bytes.length) throw new Error("not an MLS message");
  return message;
}

/** Reads what `groupInfo` gave; raises Refused unless all in it is ours, and Error when it can't be read. */
export async function readGroupInfo(facts: GroupFacts, bytes: Bytes): Promise<Outside> {
  const message = decoded(bytes);
  if (message.wireformat !== "mls_group_info") throw new Error("not a group info");
  const info = message.groupInfo;
  const extension = info.extensions.find(({ extensionType }) => extensionType === "ratchet_tree");
  const [tree] = (extension && decodeRatchetTree(extension.extensionData, 0)) ?? [];
  if (!tree) throw new Error("no tree");
  const book = new TicketBook(facts);
  await checkTree({ context: info.groupContext, tree, book });
  return { epoch: Number(info.groupContext.epoch), info, tree, members: await membersOf(tree, book), book };
}

/** Whether `identity`, under whatever key, is all there is in the group: then nobody is there to let them in again. */
export const isAlone = ({ members }: Outside, identity: string): boolean => members.length === 1 && members[0].identity === identity;

/**
 * The group of one whose state is lost, begun anew one epoch further under the same name: nobody else is there to agree.
 *
 * ts-mls 1.6.4 can't replace a tree's only leaf. The message is none of MLS: a second copy of oneself that reads it
 * comes in anew as well.
 */
async function foundAnew({ info, book }: Outside, leaf: KeyPair, ticket: Ticket): Promise<OwnCommit> {
  const { state, ...rest } = await newGroup(book.facts, leaf, ticket);
  const groupContext = { ...state.groupContext, epoch: info.groupContext.epoch + 1n };
  return { message: pack("conference_app/founded-anew/v1"), group: { ...rest, state: { ...state, groupContext } } };
}

/** Join by an external commit; whoever's key is in the tree already replaces their own leaf. */
export async function joinGroup(outside: Outside, leaf: KeyPair, ticket: Ticket): Promise<OwnCommit> {
  const { info, tree, book } = outside;
  if (isAlone(outside, ticket.identity)) return foundAnew(outside, leaf, ticket);
  const isReturning = leafWithKey(tree, leaf.publicKey) !== undefined;
  const { publicPackage, privatePackage } = await keyPackage(leaf, ticket);
  const cs = await suite();
  const { publicMessage, newState } = await joinGroupExternal(info, publicPackage, privatePackage, isReturning, cs, undefined, configFor(book));
  await checkCommit({ context: info.groupContext, tree, book }, publicMessage);
  return { message: publicBytes(publicMessage), group: await grouped(newState, book) };
}

function publicBytes(publicMessage: PublicMessage): Bytes {
  return copied(encodeMlsMessage({ version: "mls10", wireformat: "mls_public_message", publicMessage }));
}

/** The group after another's commit, or null when it removed ourselves. Raises Refused when it breaks a rule. */
export async function processCommit({ state, book }: MlsGroup, bytes: Bytes): Promise<MlsGroup | null> {
  const message = decoded(bytes);
  if (message.wireformat !== "mls_public_message") throw new Refused("message");
  const { publicMessage } = message;
  await checkCommit({ context: state.groupContext, tree: state.ratchetTree, book }, publicMessage);
  const { newState } = await processPublicMessage(state, publicMessage, emptyPskIndex, await suite());
  if (newState.groupActiveState.kind === "removedFromGroup") return null;
  return grouped(newState, book);
}

async function commit({ state, book }: MlsGroup, extraProposals: Proposal[], words: GoneWords): Promise<OwnCommit> {
  const options = { wireAsPublicMessage: true, extraProposals, authenticatedData: goneData(words) };
  const { newState, commit: message } = await createCommit({ state, cipherSuite: await suite() }, options);
  if (message.wireformat !== "mls_public_message") throw new Error("not a public message");
  await checkCommit({ context: state.groupContext, tree: state.ratchetTree, book }, message.publicMessage);
  return { message: publicBytes(message.publicMessage), group: await grouped(newState, book) };
}

/** Remove leaves; `words` are the server's for those whom one may not remove by right. */
export function removeMembers(group: MlsGroup, leaves: ReadonlyArray<number>, words: GoneWords): Promise<OwnCommit> {
  return commit(group, leaves.map((removed) => ({ proposalType: "remove", remove: { removed } })), words);
}

/** New keys for the own path: whoever had stolen the old ones is out again. */
export function updateKeys(group: MlsGroup): Promise<OwnCommit> {
  return commit(group, [], []);
}

export function epochOf({ state }: MlsGroup): number {
  return Number(state.groupContext.epoch);
}

export function authenticatorOf({ state }: MlsGroup): Uint8Array {
  return state.keySchedule.epochAuthenticator;
}

/** 32 bytes that only this epoch's members know, different for each label and context. */
export async function exported({ state }: MlsGroup, label: string, context: Bytes): Promise<Bytes> {
  return copied(await mlsExporter(state.keySchedule.exporterSecret, label, context, 32, await suite()));
}

/** The key that `identity` encrypts media and data with in this epoch, as livekit-client's worker takes it. */
export async function senderKey(group: MlsGroup, identity: string): Promise<CryptoKey> {
  const bytes = await exported(group, MEDIA_LABEL, utf8(identity));
  return crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits", "deriveKey"]);
}
