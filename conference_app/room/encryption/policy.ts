/**
 * What a group of ours may look like and how it may change. Whoever breaks a rule is refused by every member alike.
 *
 * Decided from the tree, the commit and the group's context alone, never from a clock or from what one member happens to
 * know: members who decide differently would be in different groups.
 */
import type { Commit, GroupContext, LeafNode, Proposal, PublicMessage, RatchetTree } from "ts-mls";

import { type Bytes, copied, isSame } from "./bytes";
import { type GoneWords, goneIdentities, parseGoneWords } from "./goneWords";
import type { GroupFacts } from "./groupFacts";
import type { Ticket, TicketBook } from "./tickets";

/** Leaves of a group at most: above it MLS costs every browser too much per join. */
export const MEMBER_LIMIT = 150;
export const SUITE = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";

export type Rule =
  | "message" | "group" | "epoch" | "context" | "sender" | "reference" | "proposal" | "path" | "authenticated data"
  | "leaf" | "ticket" | "identity" | "key" | "resync" | "full" | "credential" | "removal";

/** A commit or a tree broke a rule: nobody who keeps the rules goes along. */
export class Refused extends Error {
  constructor(readonly rule: Rule) {
    super(`refused: ${rule}`);
  }
}

function demand(holds: boolean, rule: Rule): asserts holds {
  if (!holds) throw new Refused(rule);
}

export interface MemberLeaf {
  index: number;
  node: LeafNode;
}

/** What a commit is judged by. */
export interface Before {
  context: GroupContext;
  tree: RatchetTree;
  book: TicketBook;
}

/** The tree's leaves from left to right; `index` counts leaves, also empty ones. */
export function leavesOf(tree: RatchetTree): MemberLeaf[] {
  return tree.flatMap((node, position) => (node?.nodeType === "leaf" ? [{ index: position / 2, node: node.leaf }] : []));
}

const onlyOne = <T>(list: ReadonlyArray<T>, wanted: T): boolean => list.length === 1 && list[0] === wanted;

/** Exactly as ours are: a leaf that claims to understand less could keep all others from joining after it. */
function isOurShape({ capabilities, credential, extensions }: LeafNode): boolean {
  const { versions, ciphersuites, proposals, credentials } = capabilities;
  const isPlain = capabilities.extensions.length + proposals.length + extensions.length === 0;
  const isOurs = onlyOne(versions, "mls10") && onlyOne(ciphersuites, SUITE) && onlyOne(credentials, "basic");
  return isPlain && isOurs && credential.credentialType === "basic";
}

const identityBytes = ({ credential }: LeafNode): Uint8Array => (credential.credentialType === "basic" ? credential.identity : new Uint8Array());

/** The ticket of a leaf that holds. */
export async function ticketOf(book: TicketBook, leaf: LeafNode): Promise<Ticket> {
  demand(isOurShape(leaf), "leaf");
  const ticket = await book.valid(identityBytes(leaf), leaf.signaturePublicKey);
  demand(ticket !== null, "ticket");
  return ticket;
}

export function checkContext({ groupId, cipherSuite, version, extensions }: GroupContext, facts: GroupFacts): void {
  demand(isSame(groupId, facts.groupId), "group");
  demand(cipherSuite === SUITE && version === "mls10" && extensions.length === 0, "context");
}

/** Every leaf of a tree that somebody else hands out has a ticket, nobody is in it twice, and it is our group's. */
export async function checkTree({ context, tree, book }: Before): Promise<void> {
  checkContext(context, book.facts);
  const leaves = leavesOf(tree);
  demand(leaves.length > 0 && leaves.length <= MEMBER_LIMIT, "full");
  const tickets = await Promise.all(leaves.map(({ node }) => ticketOf(book, node)));
  demand(new Set(tickets.map(({ identity }) => identity)).size === leaves.length, "identity");
}

/** Passes the commits that the rules allow and raises Refused for all else. Signatures and tags are MLS's to check. */
export async function checkCommit(before: Before, { content }: PublicMessage): Promise<void> {
  demand(content.contentType === "commit", "message");
  checkContext(before.context, before.book.facts);
  demand(isSame(content.groupId, before.book.facts.groupId), "group");
  demand(content.epoch === before.context.epoch, "epoch");
  const { commit, sender, authenticatedData } = content;
  demand(commit.path !== undefined, "path");
  if (sender.senderType === "new_member_commit") return checkExternal(before, commit, authenticatedData);
  demand(sender.senderType === "member", "sender");
  return checkMember(before, commit, sender.leafIndex, authenticatedData);
}

function proposalsOf({ proposals }: Commit): Proposal[] {
  return proposals.map((one) => {
    demand(one.proposalOrRefType === "proposal", "reference");
    return one.proposal;
  });
}

/** The leaves that `proposals` remove, each there and once. */
function removedBy(proposals: ReadonlyArray<Proposal>, leaves: ReadonlyArray<MemberLeaf>): MemberLeaf[] {
  const removed = proposals.map((proposal) => {
    demand(proposal.proposalType === "remove" && "remove" in proposal, "proposal");
    const leaf = leaves.find(({ index }) => index === proposal.remove.removed);
    demand(leaf !== undefined, "removal");
    return leaf;
  });
  demand(new Set(removed).size === removed.length, "removal");
  return removed;
}

async function checkExternal({ tree, book }: Before, commit: Commit, authenticatedData: Uint8Array): Promise<void> {
  demand(authenticatedData.length === 0, "authenticated data");
  const proposals = proposalsOf(commit);
  const inits = proposals.filter(({ proposalType }) => proposalType === "external_init");
  const leaves = leavesOf(tree);
  const removed = removedBy(proposals.filter((proposal) => !inits.includes(proposal)), leaves);
  demand(inits.length === 1 && removed.length <= 1, "proposal");
  const joiner = commit.path!.leafNode;
  const { identity } = await ticketOf(book, joiner);
  for (const { node } of removed) {
    demand(isSame(node.signaturePublicKey, joiner.signaturePublicKey), "resync");
    demand((await ticketOf(book, node)).identity === identity, "resync");
  }
  const staying = leaves.filter((leaf) => !removed.includes(leaf));
  demand(staying.length < MEMBER_LIMIT, "full");
  await checkNew(book, staying, joiner, identity);
}

/** Neither the identity nor a key of the newcomer is in use. */
async function checkNew(book: TicketBook, staying: MemberLeaf[], joiner: LeafNode, identity: string): Promise<void> {
  for (const { node } of staying) {
    demand((await ticketOf(book, node)).identity !== identity, "identity");
    demand(!isSame(node.signaturePublicKey, joiner.signaturePublicKey), "key");
    demand(!isSame(node.hpkePublicKey, joiner.hpkePublicKey), "key");
  }
}

async function checkMember({ context, tree, book }: Before, commit: Commit, sender: number, data: Uint8Array): Promise<void> {
  const leaves = leavesOf(tree);
  const committer = leaves.find(({ index }) => index === sender);
  demand(committer !== undefined, "sender");
  checkKept(committer.node, commit.path!.leafNode);
  const words = parseGoneWords(data);
  demand(words !== null, "authenticated data");
  const removed = removedBy(proposalsOf(commit), leaves);
  demand(!removed.includes(committer), "removal");
  await checkRemovals(book, context.epoch, committer, removed, words);
}

/** A key update changes the key that others encrypt to, and nothing that says who this is. */
function checkKept(before: LeafNode, after: LeafNode): void {
  demand(isOurShape(after), "leaf");
  demand(isSame(before.signaturePublicKey, after.signaturePublicKey), "credential");
  demand(isSame(identityBytes(before), identityBytes(after)), "credential");
  demand(!isSame(before.hpkePublicKey, after.hpkePublicKey), "key");
}

/** Hosts may remove anyone, co-hosts all but hosts; the others, and these too, whom the server has called gone. */
async function checkRemovals(book: TicketBook, epoch: bigint, committer: MemberLeaf, removed: MemberLeaf[], words: GoneWords): Promise<void> {
  if (removed.length === 0) return demand(words.length === 0, "authenticated data");
  const { role } = await ticketOf(book, committer.node);
  const gone = await goneIdentities(book.facts, epoch, words);
  for (const { node } of removed) {
    const target = await ticketOf(book, node);
    const mayOrder = role === "host" || (role === "cohost" && target.role !== "host");
    demand(mayOrder || gone.has(target.identity), "removal");
  }
}

/** The leaf in `tree` that belongs to `signatureKey`. */
export function leafWithKey(tree: RatchetTree, signatureKey: Bytes): MemberLeaf | undefined {
  return leavesOf(tree).find(({ node }) => isSame(copied(node.signaturePublicKey), signatureKey));
}
