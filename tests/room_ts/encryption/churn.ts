/**
 * Churn against a real delivery service: `bun churn.ts URL PEOPLE SEED STEPS [LIMIT]`.
 *
 * URL is its ws: address. PEOPLE is a JSON file: `{"root_seed": base64url, "link_secret": base64url, "people":
 * [{"identity": …, "token": …}, …]}`; the first is the organizer, all others come by the link. Prints one line of JSON
 * (`ChurnResult` and `seconds`) and exits with 1 if something did not hold. LIMIT (40): members at a time.
 */
import { fromB64 } from "../../../conference_app/room/encryption/bytes";
import { keyPairOf } from "../../../conference_app/room/encryption/ed25519";
import { rootHashOf } from "../../../conference_app/room/encryption/rootKeys";
import type { After, Socket } from "../../../conference_app/room/encryption/serviceLink";
import { Churn, type Person } from "./churnRun";

interface PeopleFile {
  root_seed: string;
  link_secret: string;
  people: Array<{ identity: string; token: string }>;
}

async function peopleOf(path: string): Promise<Person[]> {
  const file = (await Bun.file(path).json()) as PeopleFile;
  const root = keyPairOf(fromB64(file.root_seed, 32)!);
  const linkSecret = fromB64(file.link_secret, 16)!;
  const rootHash = await rootHashOf(root.publicKey);
  return file.people.map(({ identity, token }, index) => {
    const right = index === 0 ? { kind: "root" as const, root } : { kind: "link" as const, linkSecret };
    return { identity, token, config: { name: identity, rootHash, right } };
  });
}

const after: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

const [url, path, seed, steps, limit = "40"] = process.argv.slice(2);
const people = await peopleOf(path);
const open = () => new WebSocket(url) as unknown as Socket;
const started = performance.now();
const churn = new Churn({ people, open, after, seed: Number(seed), steps: Number(steps), limit: Number(limit), left: () => {} });
const result = await churn.run().catch((error: unknown) => ({ problems: [String(error)] }));
process.stdout.write(`${JSON.stringify({ ...result, seconds: (performance.now() - started) / 1000 })}\n`);
process.exit(result.problems.length > 0 ? 1 : 0);
