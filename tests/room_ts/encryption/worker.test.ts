import { afterEach, beforeEach, expect, test } from "bun:test";

import { toB64 } from "../../../conference_app/room/encryption/bytes";
import { newKeyPair } from "../../../conference_app/room/encryption/ed25519";
import { GroupClient, serviceUrl, type WorkerPort } from "../../../conference_app/room/encryption/groupClient";
import type { GroupKeys } from "../../../conference_app/room/encryption/groupKeys";
import { openLeaf, sealLeaf } from "../../../conference_app/room/encryption/leafStore";
import { rootHashOf } from "../../../conference_app/room/encryption/rootKeys";
import type { FromWorker, ToWorker } from "../../../conference_app/room/encryption/workerMessages";
import { WorkerSide } from "../../../conference_app/room/encryption/workerSide";
import { FakeService } from "./fakeService";
import { type Meeting, newMeeting } from "./people";
import { soon } from "./sessions";

let meeting: Meeting;
let service: FakeService;
let said: FromWorker[];

beforeEach(async () => {
  meeting = await newMeeting();
  service = new FakeService(meeting);
  said = [];
});

/** A worker's side in this thread; what passes is copied as between threads. */
function port(leaves = new Map<string, ReturnType<typeof newKeyPair>>()): WorkerPort {
  const client: WorkerPort = { onmessage: null, onerror: null, postMessage: (message: ToWorker) => side.hear(structuredClone(message)), terminate: () => side.hear({ type: "leave" }) };
  const leafFor = async (place: string) => leaves.get(place) ?? leaves.set(place, newKeyPair()).get(place)!;
  const post = (message: FromWorker) => {
    said.push(message);
    client.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  };
  const side = new WorkerSide({ post, open: service.open, after: soon, leafFor });
  clients.push(client);
  return client;
}

const clients: WorkerPort[] = [];
afterEach(() => clients.splice(0).forEach((client) => client.terminate()));

async function enter(client: GroupClient, identity: string): Promise<void> {
  const { root, linkSecret } = meeting.secrets;
  const right = identity === "host" ? { kind: "root" as const, seed: root.seed } : { kind: "link" as const, linkSecret };
  client.enter({ url: "wss://x/encryption", token: identity, name: identity, rootHash: await rootHashOf(root.publicKey), right });
}

const until = (keys: GroupKeys, holds: () => boolean) =>
  new Promise<void>((resolve) => {
    const look = () => holds() && resolve();
    keys.subscribe(look);
    look();
  });

test("the page gets members, codes and keys that it can't read, and never a seed", async () => {
  const leaves = new Map([["host-tab", newKeyPair()]]);
  const host = new GroupClient(port(leaves), "host-tab");
  expect(await host.leafKey).toEqual(leaves.get("host-tab")!.publicKey);
  await enter(host, "host");
  const ann = new GroupClient(port(), "ann-tab");
  await until(host, () => host.snapshot.phase === "in");
  await enter(ann, "ann");
  await until(host, () => host.snapshot.members.length === 2 && host.keyFor("ann") !== undefined);
  await until(ann, () => ann.keyFor("host") !== undefined);
  expect(ann.snapshot.code).toBe(host.snapshot.code);
  // Each page has said by itself that it holds the keys.
  await until(host, () => host.snapshot.allReady === host.snapshot.epoch);
  expect(host.keyFor("ann")).toMatchObject({ extractable: false, type: "secret" });
  const told = JSON.stringify(said, (_key, value) => (value instanceof Uint8Array ? toB64(value) : value instanceof Map ? [...value] : value));
  for (const secret of [leaves.get("host-tab")!.seed, meeting.secrets.root.seed, meeting.secrets.linkSecret]) expect(told).not.toContain(toB64(secret));
});

test("a host's page signs through the worker, a guest's gets nothing", async () => {
  const [host, ann] = [new GroupClient(port(), "host-tab"), new GroupClient(port(), "ann-tab")];
  await enter(host, "host");
  await until(host, () => host.snapshot.phase === "in");
  await enter(ann, "ann");
  await until(ann, () => ann.snapshot.phase === "in");
  const { publicKey } = newKeyPair();
  const bob = { identity: "bob", name: "Bob", note: "" as const };
  expect(await host.sign("admitted", bob, publicKey)).toMatchObject({ identity: "bob", kind: "admitted" });
  expect(await ann.sign("admitted", bob, publicKey)).toBeNull();
});

test("a page that leaves keeps no keys, and its tab comes back to the same leaf", async () => {
  const leaves = new Map<string, ReturnType<typeof newKeyPair>>();
  const host = new GroupClient(port(leaves), "tab");
  await enter(host, "host");
  await until(host, () => host.keyFor("host") !== undefined);
  const { key } = host.snapshot.members[0];
  host.leave();
  await until(host, () => host.snapshot.phase === "ended");
  expect(host.keyFor("host")).toBeUndefined();
  const back = new GroupClient(port(leaves), "tab");
  await enter(back, "host");
  await until(back, () => back.snapshot.phase === "in");
  expect(back.snapshot.members.map((member) => member.key)).toEqual([key]);
});

test("a browser that can't is told so, and nothing waits for ever", async () => {
  const client: WorkerPort = { onmessage: null, onerror: null, postMessage: () => {}, terminate: () => {} };
  const group = new GroupClient(client, "tab");
  const signing = group.sign("admitted", { identity: "a", name: "A", note: "" }, newKeyPair().publicKey);
  client.onmessage!({ data: { type: "failed" } } as MessageEvent<FromWorker>);
  expect(group.snapshot).toMatchObject({ phase: "ended", reason: "unsupported" });
  await expect(group.leafKey).rejects.toThrow();
  expect(await signing).toBeNull();
});

test("the service stands where the page comes from", () => {
  expect(serviceUrl("https://parley.example/m/abc#v1.x.y")).toBe("wss://parley.example/encryption");
  expect(serviceUrl("http://localhost:3000/m/abc?x=1")).toBe("ws://localhost:3000/encryption");
});

test("what a tab keeps of its leaf is sealed, and opens only unaltered", async () => {
  const leaf = newKeyPair();
  const row = await sealLeaf("tab", leaf, 0);
  expect(row.key.extractable).toBe(false);
  expect(toB64(row.sealed)).not.toContain(toB64(leaf.seed).slice(0, 20));
  expect(await openLeaf(row)).toEqual(leaf);
  row.sealed[0] ^= 1;
  await expect(openLeaf(row)).rejects.toThrow();
});
