import { expect, test } from "bun:test";

import { toB64 } from "../../../conference_app/room/encryption/bytes";
import { epochCode } from "../../../conference_app/room/encryption/codes";
import { authenticatorOf, epochOf, exported, groupInfo, joinGroup, processCommit, readGroupInfo, removeMembers, senderKey, updateKeys } from "../../../conference_app/room/encryption/mls";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { deliver, fullRoom, goneWord, hostOf, join, linkTicketOf, newMeeting, type Person } from "./people";

const codes = async (people: Person[]) => new Set(await Promise.all(people.map(({ group }) => epochCode(authenticatorOf(group)))));

test("all who joined share one code, one list of members and every sender's key", async () => {
  const meeting = await newMeeting();
  const people = await fullRoom(meeting, 3);
  expect((await codes(people)).size).toBe(1);
  expect(people[0].group.members.map(({ identity, role, kind }) => `${identity} ${role} ${kind}`)).toEqual([
    "host host root", "cohost cohost cohost", "guest-0 guest link", "guest-1 guest link", "guest-2 guest link",
  ]);
  for (const { group } of people) expect(group.members).toEqual(people[0].group.members);
  const [first, ...others] = await Promise.all(people.map(({ group }) => exported(group, "label", new Uint8Array([1]))));
  for (const other of others) expect(toB64(other)).toBe(toB64(first));
});

test("a sender's key cannot be read back, only derived from", async () => {
  const [host] = await fullRoom(await newMeeting(), 0);
  const key = await senderKey(host.group, "host");
  expect([key.algorithm.name, key.extractable, [...key.usages].sort().join()]).toEqual(["HKDF", false, "deriveBits,deriveKey"]);
});

test("who is removed is told so and cannot follow", async () => {
  const people = await fullRoom(await newMeeting(), 2);
  const [host, cohost, guest, removed] = people;
  const own = await removeMembers(host.group, [removed.group.state.privatePath.leafIndex], []);
  expect(await processCommit(removed.group, own.message)).toBeNull();
  await deliver(own, [cohost, guest]);
  host.group = own.group;
  expect((await codes([host, cohost, guest])).size).toBe(1);
  expect(await codes([removed])).not.toEqual(await codes([host]));
  expect(host.group.members.map(({ identity }) => identity)).toEqual(["host", "cohost", "guest-0"]);
});

test("a guest removes whom the server calls gone", async () => {
  const meeting = await newMeeting();
  const [host, cohost, guest, other] = await fullRoom(meeting, 2);
  const own = await removeMembers(guest.group, [host.group.state.privatePath.leafIndex], [await goneWord(meeting, epochOf(guest.group), "host")]);
  await deliver(own, [cohost, other]);
  guest.group = own.group;
  expect((await codes([guest, cohost, other])).size).toBe(1);
});

test("a commit that lost leaves no trace: its maker follows the winner", async () => {
  const people = await fullRoom(await newMeeting(), 2);
  const [host, cohost, guest, other] = people;
  await updateKeys(guest.group);
  const winner = await updateKeys(other.group);
  await deliver(winner, [host, cohost, guest]);
  other.group = winner.group;
  expect((await codes(people)).size).toBe(1);
});

test("who reloads takes their own leaf again, with new keys", async () => {
  const meeting = await newMeeting();
  const people = await fullRoom(meeting, 2);
  const [host, cohost, guest, other] = people;
  const before = guest.group.members;
  const back = await join(meeting, [host, cohost, other], guest.leaf, guest.ticket);
  expect(back.group.members.map(({ identity, leaf }) => [identity, leaf]).sort()).toEqual(before.map(({ identity, leaf }) => [identity, leaf]).sort());
  expect((await codes([host, cohost, other, back])).size).toBe(1);
  expect(await codes([guest])).not.toEqual(await codes([back]));
});

test("who is alone and reloads begins the group anew, one epoch further, and others can join it", async () => {
  const meeting = await newMeeting();
  const alone = await hostOf(meeting);
  const own = await joinGroup(await readGroupInfo(meeting.facts, await groupInfo(alone.group)), alone.leaf, alone.ticket);
  expect(epochOf(own.group)).toBe(epochOf(alone.group) + 1);
  await expect(processCommit(alone.group, own.message)).rejects.toThrow("not an MLS message");
  alone.group = own.group;
  const leaf = newKeyPair();
  const guest = await join(meeting, [alone], leaf, await linkTicketOf(meeting, "ann", leaf));
  expect((await codes([alone, guest])).size).toBe(1);
});
