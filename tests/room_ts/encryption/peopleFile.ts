/** People of a real delivery service, as `tests/key_service` writes them down. */
import { fromB64 } from "../../../conference_app/room/encryption/bytes";
import { keyPairOf } from "../../../conference_app/room/encryption/ed25519";
import { rootHashOf } from "../../../conference_app/room/encryption/rootKeys";
import type { After } from "../../../conference_app/room/encryption/serviceLink";
import type { Person } from "./churnRun";

interface PeopleFile {
  root_seed: string;
  link_secret: string;
  people: Array<{ identity: string; token: string }>;
}

/** The first is the organizer, all others come by the link. */
export async function peopleOf(path: string): Promise<Person[]> {
  const file = (await Bun.file(path).json()) as PeopleFile;
  const root = keyPairOf(fromB64(file.root_seed, 32)!);
  const linkSecret = fromB64(file.link_secret, 16)!;
  const rootHash = await rootHashOf(root.publicKey);
  return file.people.map(({ identity, token }, index) => {
    const right = index === 0 ? { kind: "root" as const, root } : { kind: "link" as const, linkSecret };
    return { identity, token, config: { name: identity, rootHash, right } };
  });
}

/** Timers that take the time they say. */
export const after: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
