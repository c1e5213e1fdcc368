import { describe, expect, test } from "bun:test";
import { type Commit, decodeMlsMessage, type Proposal, type PublicMessage } from "ts-mls";

import { type Bytes, copied, utf8 } from "../../../conference_app/room/encryption/bytes";
import { type KeyPair, newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { goneData, type GoneWords } from "../../../conference_app/room/encryption/goneWords";
import { epochOf, groupInfo, joinGroup, type MlsGroup, processCommit, readGroupInfo, removeMembers } from "../../../conference_app/room/encryption/mls";
import { checkCommit, MEMBER_LIMIT, Refused } from "../../../conference_app/room/encryption/policy";
import { type Ticket, ticketBytes } from "../../../conference_app/room/encryption/tickets";
import { capabilities, laxCommit, laxJoin, packageOf } from "./forgery";
import { fullRoom, goneWord, hostOf, linkTicketOf, newMeeting, type Person, rootTicketOf } from "./people";

const meeting = await newMeeting();
const people = await fullRoom(meeting, 3);
const [host, cohost, guest, other, third] = people;
const indexOf = ({ group }: Person) => group.state.privatePath.leafIndex;
const epoch = epochOf(host.group);

function opened(bytes: Bytes): PublicMessage {
  const [message] = decodeMlsMessage(bytes, 0)!;
  if (message.wireformat !== "mls_public_message") throw new Error("not public");
  return message.publicMessage;
}

const committed = laxCommit;

async function joining(leaf: KeyPair, ticket: Ticket, resync = false, data?: Uint8Array, changed = {}): Promise<Bytes> {
  return laxJoin(await groupInfo(host.group), host.group, { leaf, ticket, resync, data, changed });
}

/** What `by` says to `bytes`: the rule that they break, or "accepted". */
async function verdict(bytes: Bytes, by: Person = other): Promise<string> {
  try {
    await processCommit(by.group, bytes);
    return "accepted";
  } catch (error) {
    return error instanceof Refused ? error.rule : `error ${error}`;
  }
}

const remove = (...removed: Person[]): Proposal[] => removed.map((one) => ({ proposalType: "remove", remove: { removed: indexOf(one) } }));
const words = async (at: number, ...identities: string[]) => goneData(await Promise.all(identities.map((identity) => goneWord(meeting, at, identity))));

describe("a member's commit", () => {
  test("with an Add is refused", async () => {
    const leaf = newKeyPair();
    const { publicPackage } = await packageOf(leaf, await linkTicketOf(meeting, "new", leaf));
    expect(await verdict(await committed(host.group, [...remove(guest), { proposalType: "add", add: { keyPackage: publicPackage } }]))).toBe("proposal");
  });

  test("with a GroupContextExtensions is refused", async () => {
    expect(await verdict(await committed(host.group, [...remove(guest), { proposalType: "group_context_extensions", groupContextExtensions: { extensions: [] } }]))).toBe("proposal");
  });

  test.each([
    ["update", { update: {} }], ["psk", { psk: {} }], ["reinit", { reinit: {} }], ["external_init", { externalInit: {} }], [61455, { proposalData: new Uint8Array() }],
  ])("with a %s proposal is refused", async (proposalType, body) => {
    const changed = changedCommit(await committed(guest.group, []), ({ path }) => ({ path, proposals: [byValue({ proposalType, ...body } as unknown as Proposal)] }));
    expect(await judged(changed)).toBe("proposal");
  });

  test("by reference is refused", async () => {
    const reference = { proposalOrRefType: "reference" as const, reference: new Uint8Array(32) };
    expect(await judged(changedCommit(await committed(host.group, []), ({ path }) => ({ path, proposals: [reference] })))).toBe("reference");
  });

  test("without a path is refused", async () => {
    expect(await judged(changedCommit(await committed(host.group, []), () => ({ path: undefined, proposals: [] })))).toBe("path");
  });

  test("that removes: hosts anyone, co-hosts all but hosts, guests nobody", async () => {
    expect(await verdict(await committed(host.group, remove(cohost, guest)))).toBe("accepted");
    expect(await verdict(await committed(cohost.group, remove(guest, third)))).toBe("accepted");
    expect(await verdict(await committed(cohost.group, remove(host)))).toBe("removal");
    expect(await verdict(await committed(guest.group, remove(third)))).toBe("removal");
    expect(await verdict(await committed(guest.group, remove(host)))).toBe("removal");
  });

  test("of a guest removes those whom the server calls gone, in this epoch, by this server, and no others", async () => {
    const commit = async (data: Bytes, ...gone: Person[]) => verdict(await committed(guest.group, remove(...gone), data));
    expect(await commit(await words(epoch, "guest-2"), third)).toBe("accepted");
    expect(await commit(await words(epoch, "host"), host)).toBe("accepted");
    expect(await commit(await words(epoch, "host", "guest-2"), third)).toBe("accepted");
    expect(await commit(await words(epoch, "guest-2"), third, host)).toBe("removal");
    expect(await commit(await words(epoch, "guest-1"), third)).toBe("removal");
    expect(await commit(await words(epoch - 1, "guest-2"), third)).toBe("removal");
    expect(await commit(await words(epoch + 1, "guest-2"), third)).toBe("removal");
    const elsewhere = await newMeeting();
    expect(await commit(goneData([await goneWord(elsewhere, epoch, "guest-2")]), third)).toBe("removal");
    const { signature } = await goneWord(meeting, epoch, "guest-2");
    expect(await commit(goneData([{ identity: "guest-2", signature: signature.map((byte) => byte ^ 1) }]), third)).toBe("removal");
  });

  test("with data that is not a list of words is refused", async () => {
    for (const data of ["{}", "[]", "[[]]", '[["a"]]', '[["a","AA"]]', "x"]) {
      expect(await verdict(await committed(host.group, remove(guest), utf8(data)))).toBe("authenticated data");
    }
    expect(await verdict(await committed(host.group, [], await words(epoch, "guest-0")))).toBe("authenticated data");
  });

  test("that removes an empty place, or somebody twice, is refused", async () => {
    const twice = changedCommit(await committed(host.group, remove(guest)), ({ path, proposals }) => ({ path, proposals: [...proposals, ...proposals] }));
    expect(await judged(twice)).toBe("removal");
    const nobody = changedCommit(await committed(host.group, []), ({ path }) => ({ path, proposals: [byValue({ proposalType: "remove", remove: { removed: 77 } })] }));
    expect(await judged(nobody)).toBe("removal");
    const itself = changedCommit(await committed(host.group, []), ({ path }) => ({ path, proposals: [byValue(remove(host)[0])] }));
    expect(await judged(itself)).toBe("removal");
  });

  test("keeps its credential and its signature key", async () => {
    const renamed = await rootTicketOf(meeting, "admitted", "guest-0", guest.leaf);
    expect(await verdict(await committed(withLeaf(guest, { credential: { credentialType: "basic", identity: ticketBytes(renamed) } }), []))).toBe("credential");
    const leaf = newKeyPair();
    expect(await verdict(await committed(withLeaf(guest, { signaturePublicKey: leaf.publicKey }), []))).toBe("credential");
    expect(await verdict(await committed(withLeaf(guest, { capabilities: { ...capabilities, credentials: ["x509"] } }), []))).toBe("leaf");
    expect(await verdict(await committed(guest.group, []))).toBe("accepted");
  });
});

/** `person`'s group with something else in their own leaf. */
function withLeaf(person: Person, change: object): MlsGroup {
  const ratchetTree = [...person.group.state.ratchetTree];
  const position = indexOf(person) * 2;
  const node = ratchetTree[position];
  if (node?.nodeType !== "leaf") throw new Error("no leaf");
  ratchetTree[position] = { ...node, leaf: { ...node.leaf, ...change } };
  return { ...person.group, state: { ...person.group.state, ratchetTree } };
}

const byValue = (proposal: Proposal) => ({ proposalOrRefType: "proposal" as const, proposal });

function changedCommit(bytes: Bytes, change: (commit: Commit) => Commit): PublicMessage {
  const message = opened(bytes);
  if (message.content.contentType !== "commit") throw new Error("not a commit");
  return { ...message, content: { ...message.content, commit: change(message.content.commit) } };
}

/** The rule that a message breaks, whoever signed it. */
async function judged(message: PublicMessage): Promise<string> {
  const { state, book } = other.group;
  const checked = checkCommit({ context: state.groupContext, tree: state.ratchetTree, book }, message);
  return checked.then(() => "accepted", (error) => (error instanceof Refused ? error.rule : `error ${error}`));
}

describe("an external commit", () => {
  const leaf = newKeyPair();

  test("with a ticket of any kind is accepted", async () => {
    for (const kind of ["root", "cohost", "admitted"] as const) expect(await verdict(await joining(leaf, await rootTicketOf(meeting, kind, "new", leaf)))).toBe("accepted");
    expect(await verdict(await joining(leaf, await linkTicketOf(meeting, "new", leaf)))).toBe("accepted");
  });

  test("with a ticket that does not hold is refused", async () => {
    const elsewhere = await newMeeting();
    expect(await verdict(await joining(leaf, await linkTicketOf(elsewhere, "new", leaf)))).toBe("ticket");
    expect(await verdict(await joining(leaf, await linkTicketOf(meeting, "new", newKeyPair())))).toBe("ticket");
  });

  test("with an identity that is in is refused", async () => {
    expect(await verdict(await joining(leaf, await linkTicketOf(meeting, "guest-0", leaf)))).toBe("identity");
  });

  test("with a key that is in is refused", async () => {
    expect(await judged(opened(await joining(guest.leaf, await linkTicketOf(meeting, "new", guest.leaf))))).toBe("key");
    const message = changedCommit(await joining(leaf, await linkTicketOf(meeting, "new", leaf)), (commit) => {
      const node = other.group.state.ratchetTree[0];
      if (node?.nodeType !== "leaf" || !commit.path) throw new Error("no leaf");
      return { ...commit, path: { ...commit.path, leafNode: { ...commit.path.leafNode, hpkePublicKey: node.leaf.hpkePublicKey } } };
    });
    expect(await judged(message)).toBe("key");
  });

  test("replaces one's own leaf, also with a new ticket", async () => {
    expect(await verdict(await joining(guest.leaf, guest.ticket, true))).toBe("accepted");
    expect(await verdict(await joining(guest.leaf, await rootTicketOf(meeting, "cohost", "guest-0", guest.leaf), true))).toBe("accepted");
  });

  test("replaces nobody else's leaf", async () => {
    expect(await verdict(await joining(guest.leaf, await linkTicketOf(meeting, "other name", guest.leaf), true))).toBe("resync");
    const message = changedCommit(await joining(leaf, await linkTicketOf(meeting, "guest-0", leaf)), ({ path, proposals }) => ({ path, proposals: [...proposals, byValue(remove(guest)[0])] }));
    expect(await judged(message)).toBe("resync");
  });

  test("removes one leaf at most, starts from one external init, and carries nothing else", async () => {
    const bytes = await joining(guest.leaf, guest.ticket, true);
    const more = (...proposals: Proposal[]) => judged(changedCommit(bytes, (commit) => ({ ...commit, proposals: [...commit.proposals, ...proposals.map(byValue)] })));
    expect(await more(...remove(third))).toBe("proposal");
    expect(await more({ proposalType: "external_init", externalInit: { kemOutput: new Uint8Array(32) } })).toBe("proposal");
    expect(await more({ proposalType: "psk" } as unknown as Proposal)).toBe("proposal");
    expect(await judged(changedCommit(bytes, (commit) => ({ ...commit, proposals: [] })))).toBe("proposal");
    expect(await judged(changedCommit(bytes, ({ proposals }) => ({ proposals, path: undefined })))).toBe("path");
    expect(await verdict(await joining(leaf, await linkTicketOf(meeting, "new", leaf), false, utf8("x")))).toBe("authenticated data");
  });

  test("with a leaf that would keep others out is refused", async () => {
    const ticket = await linkTicketOf(meeting, "new", leaf);
    for (const changed of [{ credentials: ["basic", "x509"] }, { credentials: ["x509"] }, { extensions: [1] }, { proposals: [10] }, { ciphersuites: [] }]) {
      expect(await judged(changedCommit(await joining(leaf, ticket), (commit) => ({ ...commit, path: { ...commit.path!, leafNode: { ...commit.path!.leafNode, capabilities: { ...capabilities, ...changed } as never } } })))).toBe("leaf");
    }
  });

  test("is refused once the group is full", async () => {
    const { state, book } = other.group;
    const [first] = state.ratchetTree;
    // Only their number counts here: the same leaf at every place.
    const tree = Array.from({ length: MEMBER_LIMIT * 2 }, (_, position) => (position % 2 === 0 ? first : undefined));
    const message = opened(await joining(leaf, await linkTicketOf(meeting, "new", leaf)));
    await expect(checkCommit({ context: state.groupContext, tree, book }, message)).rejects.toThrow("full");
  });
});

describe("any message", () => {
  test("of another group, another epoch, another sort or another sender is refused", async () => {
    const message = opened(await committed(host.group, []));
    const { content } = message;
    const withContent = (change: object) => judged({ ...message, content: { ...content, ...change } } as PublicMessage);
    expect(await withContent({ groupId: utf8("other") })).toBe("group");
    expect(await withContent({ epoch: content.epoch + 1n })).toBe("epoch");
    expect(await withContent({ epoch: content.epoch - 1n })).toBe("epoch");
    expect(await withContent({ contentType: "proposal" })).toBe("message");
    expect(await withContent({ sender: { senderType: "external", senderIndex: 0 } })).toBe("sender");
    expect(await withContent({ sender: { senderType: "new_member_proposal" } })).toBe("sender");
    expect(await withContent({ sender: { senderType: "member", leafIndex: 99 } })).toBe("sender");
  });

  test("that is altered, private or no message at all is not accepted", async () => {
    const bytes = await committed(host.group, []);
    expect(await verdict(bytes.map((byte, index) => (index === bytes.length - 10 ? byte ^ 1 : byte)))).toStartWith("error");
    expect(await verdict(new Uint8Array([1, 2, 3]))).toStartWith("error");
    expect(await verdict(copied(new Uint8Array([...bytes, 0])))).toStartWith("error");
    expect(await verdict(await groupInfo(host.group))).toBe("message");
  });
});

describe("a group info", () => {
  const reading = async (bytes: Bytes, facts = meeting.facts) => readGroupInfo(facts, bytes).then(() => "accepted", (error) => (error instanceof Refused ? error.rule : `error ${error}`));

  test("of this group is accepted, of another one refused", async () => {
    expect(await reading(await groupInfo(host.group))).toBe("accepted");
    const elsewhere = await newMeeting("room-2");
    expect(await reading(await groupInfo((await hostOf(elsewhere)).group))).toBe("group");
    const foreign = await newMeeting("room-1");
    expect(await reading(await groupInfo((await hostOf(foreign)).group))).toBe("group");
    expect(await reading(new Uint8Array(10))).toStartWith("error");
  });

  test("with a leaf without a ticket, or with one identity twice, is refused", async () => {
    const stranger = newKeyPair();
    const forged = withLeaf(host, { credential: { credentialType: "basic", identity: ticketBytes(await linkTicketOf(await newMeeting(), "host", stranger)) } });
    expect(await reading(await groupInfo(forged))).toBe("ticket");
    const twin = withLeaf(host, { credential: { credentialType: "basic", identity: ticketBytes(await rootTicketOf(meeting, "root", "guest-0", host.leaf)) } });
    expect(await reading(await groupInfo(twin))).toBe("identity");
    const dull = withLeaf(host, { capabilities: { ...capabilities, credentials: ["x509"] } });
    expect(await reading(await groupInfo(dull))).toBe("leaf");
  });

  test("whose tree is not the signed one lets nobody join", async () => {
    const leaf = newKeyPair();
    const ticket = await linkTicketOf(meeting, "new", leaf);
    const renamed = withLeaf(guest, { credential: { credentialType: "basic", identity: ticketBytes(await rootTicketOf(meeting, "cohost", "guest-0", guest.leaf)) } });
    const outside = await readGroupInfo(meeting.facts, await groupInfo(renamed));
    await expect(joinGroup(outside, leaf, ticket)).rejects.toThrow();
  });
});

test("one's own client makes no commit that the others would refuse", async () => {
  const none: GoneWords = [];
  await expect(removeMembers(guest.group, [indexOf(third)], none)).rejects.toThrow("removal");
});
