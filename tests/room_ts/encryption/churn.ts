/**
 * Churn against a real delivery service: `bun churn.ts URL PEOPLE SEED STEPS [LIMIT] [PACE]`.
 *
 * URL is its ws: address. PEOPLE is a JSON file: `{"root_seed": base64url, "link_secret": base64url, "people":
 * [{"identity": …, "token": …}, …]}`; the first is the organizer, all others come by the link. Prints one line of JSON
 * (`ChurnResult` and `seconds`) and exits with 1 if something did not hold. LIMIT (40): members at a time. PACE (1):
 * what the pauses between the steps are multiplied by.
 */
import type { Socket } from "../../../conference_app/room/encryption/serviceLink";
import { Churn } from "./churnRun";
import { after, peopleOf } from "./peopleFile";

const [url, path, seed, steps, limit = "40", pace = "1"] = process.argv.slice(2);
const people = await peopleOf(path);
const open = () => new WebSocket(url) as unknown as Socket;
const started = performance.now();
const churn = new Churn({ people, open, after, seed: Number(seed), steps: Number(steps), limit: Number(limit), pace: Number(pace), left: () => {} });
const result = await churn.run().catch((error: unknown) => ({ problems: [String(error)] }));
process.stdout.write(`${JSON.stringify({ ...result, seconds: (performance.now() - started) / 1000 })}\n`);
process.exit(result.problems.length > 0 ? 1 : 0);
