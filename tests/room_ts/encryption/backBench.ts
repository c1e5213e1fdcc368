/**
 * How members come back when the service was away: `bun backBench.ts URL PEOPLE MEMBERS`.
 *
 * URL and PEOPLE as in `churn.ts`. Prints an empty line when all are in; whoever started it then has the service crash
 * and start again. At the end it prints one line of JSON: when each was back, in milliseconds since 1970, and in how many
 * epochs they are.
 */
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { GroupSession } from "../../../conference_app/room/encryption/groupSession";
import type { Socket } from "../../../conference_app/room/encryption/serviceLink";
import { after, peopleOf } from "./peopleFile";
import { isIn, until } from "./sessions";

const [url, path, members] = process.argv.slice(2);
const people = (await peopleOf(path)).slice(0, Number(members));
const sessions = people.map(({ token, config }) => new GroupSession({ ...config, token, leaf: newKeyPair() }, () => new WebSocket(url) as unknown as Socket, after));
for (const session of sessions) session.start();
const areIn = () => Promise.all(sessions.map((session) => until(session, isIn(people.length))));
await areIn();
const { epoch } = sessions[0].snapshot;
await Promise.all(sessions.map((session) => until(session, ({ snapshot }) => snapshot.epoch >= epoch)));
process.stdout.write("\n");
await Promise.all(sessions.map((session) => until(session, ({ snapshot }) => snapshot.phase === "mending")));
const back = await Promise.all(sessions.map((session) => until(session, isIn(people.length)).then(() => Date.now())));
process.stdout.write(`${JSON.stringify({ back, epochs: new Set(sessions.map(({ snapshot }) => snapshot.epoch)).size })}\n`);
process.exit(0);
