/** Members with sessions, and waiting for what becomes of them. */
import { toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { GroupSession, type SessionConfig } from "../../../conference_app/room/encryption/groupSession";
import { exported } from "../../../conference_app/room/encryption/mls";
import type { Right } from "../../../conference_app/room/encryption/ownTicket";
import { rootHashOf } from "../../../conference_app/room/encryption/rootKeys";
import type { After, Socket } from "../../../conference_app/room/encryption/serviceLink";
import type { Meeting } from "./people";

/** Waits are a twentieth of what they are in a meeting; nothing here depends on how long they are. */
export const soon: After = (ms, run) => {
  const timer = setTimeout(run, ms / 20);
  return () => clearTimeout(timer);
};

export interface Player {
  identity: string;
  config: SessionConfig;
  session: GroupSession;
}

export async function configOf(meeting: Meeting, identity: string, right?: Right): Promise<SessionConfig> {
  const { root, linkSecret } = meeting.secrets;
  const own: Right = identity.startsWith("host") ? { kind: "root", root } : { kind: "link", linkSecret };
  return { token: identity, name: identity, leaf: newKeyPair(), rootHash: await rootHashOf(root.publicKey), right: right ?? own };
}

export function enter(config: SessionConfig, open: () => Socket, after: After = soon): Player {
  const session = new GroupSession(config, open, after, () => 0.5);
  session.subscribe((event) => event.type === "epoch" && session.ready(event.epoch));
  session.start();
  return { identity: config.token, config, session };
}

/** Resolves once `holds`; the test's own time limit ends a wait that never does. */
export function until(session: GroupSession, holds: (session: GroupSession) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(session)) return;
      stop();
      resolve();
    };
    const stop = session.subscribe(look);
    look();
  });
}

export const isIn = (members: number) => ({ snapshot }: GroupSession) => snapshot.phase === "in" && snapshot.members.length === members;

/** All are in, as many as they are, and in one epoch. */
export async function allIn(players: ReadonlyArray<Player>): Promise<void> {
  for (;;) {
    await Promise.all(players.map(({ session }) => until(session, isIn(players.length))));
    const [first, ...rest] = players.map(({ session }) => session);
    if (rest.every(({ snapshot }) => snapshot.epoch === first.snapshot.epoch && snapshot.phase === "in")) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The sender's key of `identity` in whatever epoch this member is in, readable for comparing. */
export async function secretOf({ session }: Player, identity: string): Promise<string> {
  const group = session.current;
  return group ? toB64(await exported(group, "conference_app/media/v1", new TextEncoder().encode(identity))) : "none";
}

export const codesOf = (players: ReadonlyArray<Player>): Set<string> => new Set(players.map(({ session }) => session.snapshot.epochCode));
