/**
 * What a leader's rotation costs among many: `bun rotationBench.ts [MEMBERS] [ROTATIONS]`.
 *
 * Members are real cards without browsers behind them, beside one real attendee. Prints one line of JSON: seconds of CPU of
 * the slowest rotation until its leader and the attendee have all keys (both run in this one process), bytes for each
 * member, and characters of the commit.
 */
import { fromB64, toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { cardBytes } from "../../../conference_app/room/encryption/hpkeCards";
import { ownKey } from "../../../conference_app/room/encryption/hpkeSeal";
import { FakeWebinar } from "./fakeWebinar";
import { linkTicketOf, type Meeting, newMeeting } from "./people";
import { configOf, enter, isIn, until } from "./sessions";

async function cardOf(meeting: Meeting, identity: string): Promise<string> {
  const leaf = newKeyPair();
  const ticket = await linkTicketOf(meeting, identity, leaf);
  return toB64(await cardBytes(meeting.facts, ticket, leaf, (await ownKey(meeting.facts, identity, leaf)).publicKey));
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const [members = 1000, rotations = 5] = process.argv.slice(2).map(Number);
const meeting = await newMeeting();
const service = new FakeWebinar(meeting);
for (let index = 2; index < members; index++) service.cards.set(`guest-${index}`, await cardOf(meeting, `guest-${index}`));
const host = enter(await configOf(meeting, "host"), service.open);
await until(host.session, isIn(members - 1));
const entered = cpuSeconds();
const ann = enter(await configOf(meeting, "ann"), service.open);
await Promise.all([host, ann].map(({ session }) => until(session, isIn(members))));
const joinSeconds = cpuSeconds() - entered;
const costs: number[] = [];
for (let count = 0; count < rotations; count++) {
  const { epoch } = host.session.snapshot;
  const before = cpuSeconds();
  host.session.refresh();
  await Promise.all([host, ann].map(({ session }) => until(session, ({ snapshot }) => snapshot.epoch > epoch)));
  costs.push(cpuSeconds() - before);
}
const bytes = Math.max(...[...service.sealed.values()].map((piece) => fromB64(piece)!.length));
process.stdout.write(`${JSON.stringify({ members, join_s: joinSeconds, rotation_s: Math.max(...costs), bytes, commit_characters: service.largest })}\n`);
process.exit(0);
