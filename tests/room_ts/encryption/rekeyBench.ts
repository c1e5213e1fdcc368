/**
 * How long new keys take among many: `bun rekeyBench.ts URL PEOPLE MEMBERS ROUNDS BURST`.
 *
 * URL and PEOPLE as in `churn.ts`. MEMBERS come in; only AWAKE of them go on, as each browser has a processor of its own
 * and this process has one for all: the others keep their leaf and their connection. In each round one of the awake
 * changes their keys, somebody is removed, somebody joins, and one of the awake reloads: from the order until all who are
 * awake have the keys.
 * Then BURST people come at once: until each of them is in and all who are awake have the keys of all. Prints one line of
 * JSON, in seconds.
 */
import { type KeyPair, newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { GroupSession } from "../../../conference_app/room/encryption/groupSession";
import type { Socket } from "../../../conference_app/room/encryption/serviceLink";
import type { Person } from "./churnRun";
import { after, peopleOf } from "./peopleFile";
import { until } from "./sessions";

const AWAKE = 4;

interface Present {
  person: Person;
  leaf: KeyPair;
  session: GroupSession;
  socket: WebSocket | null;
}

function come(person: Person, url: string, leaf = newKeyPair()): Present {
  const { token, config } = person;
  const present: Present = { person, leaf, session: null as never, socket: null };
  const open = () => (present.socket = new WebSocket(url)) as unknown as Socket;
  present.session = new GroupSession({ ...config, token, leaf }, open, after);
  present.session.subscribe((event) => event.type === "epoch" && present.session.ready(event.epoch));
  present.session.start();
  return present;
}

const isAt = (epoch: number) => ({ snapshot }: GroupSession) => snapshot.phase === "in" && snapshot.epoch >= epoch;

/** It hears nothing any more, and stays connected. */
function sleep({ socket }: Present): void {
  socket!.onmessage = null;
}

async function seconds(step: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await step();
  return (performance.now() - started) / 1000;
}

const [url, path, members, rounds, burst] = process.argv.slice(2);
const people = await peopleOf(path);
const spare = people.slice(Number(members));
const awake: Present[] = [];
const asleep: Present[] = [];

for (const person of people.slice(0, Number(members))) {
  const one = come(person, url);
  await until(one.session, ({ snapshot }) => snapshot.phase === "in");
  await Promise.all(awake.map(({ session }) => until(session, isAt(one.session.snapshot.epoch))));
  if (awake.length < AWAKE) awake.push(one);
  else asleep.push(one);
  if (awake.length === AWAKE && awake.indexOf(one) < 0) sleep(one);
}

const [host] = awake;
const next = (begin: () => void) => {
  const epoch = host.session.snapshot.epoch + 1;
  begin();
  return Promise.all(awake.map(({ session }) => until(session, isAt(epoch))));
};
/** Also one who is back before the others have removed their leaf: then all of that goes on, and the last epoch counts. */
async function reloaded(place: number): Promise<void> {
  const { session, person, leaf } = awake[place];
  const { epoch } = session.snapshot;
  session.leave();
  awake[place] = come(person, url, leaf);
  await until(awake[place].session, isAt(epoch + 1));
  const last = awake[place].session.snapshot.epoch;
  await Promise.all(awake.map((one) => until(one.session, isAt(last))));
}

const times: Record<string, number[]> = { refresh: [], removal: [], join: [], reload: [] };
for (let round = 0; round < Number(rounds); round++) {
  times.refresh.push(await seconds(() => next(() => awake[round % AWAKE].session.refresh())));
  const out = asleep.pop()!;
  const { identity } = out.session.snapshot;
  times.removal.push(await seconds(() => next(() => host.session.remove(identity))));
  out.session.leave();
  times.join.push(await seconds(() => next(() => asleep.push(come(spare[round], url)))));
  await until(asleep.at(-1)!.session, ({ snapshot }) => snapshot.phase === "in");
  await Promise.all(awake.map(({ session }) => until(session, isAt(asleep.at(-1)!.session.snapshot.epoch))));
  sleep(asleep.at(-1)!);
  const place = 1 + (round % (AWAKE - 1));
  times.reload.push(await seconds(() => reloaded(place)));
}
const before = host.session.snapshot.members.length;
const crowd = spare.slice(Number(rounds), Number(rounds) + Number(burst));
const burstTime = await seconds(async () => {
  const coming = crowd.map(async (person) => {
    const one = come(person, url);
    await until(one.session, ({ snapshot }) => snapshot.phase === "in");
    sleep(one);
  });
  const isWhole = ({ snapshot }: GroupSession) => snapshot.phase === "in" && snapshot.members.length === before + crowd.length;
  await Promise.all([...coming, ...awake.map(({ session }) => until(session, isWhole))]);
});
const codes = new Set(awake.map(({ session }) => session.snapshot.epochCode)).size;
process.stdout.write(`${JSON.stringify({ members: before, ...times, burst: burstTime, codes })}\n`);
process.exit(0);
