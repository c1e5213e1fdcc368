import { beforeEach, expect, test } from "bun:test";

import { randomBytes } from "../../../../conference_app/room/encryption/bytes";
import { parseFragment } from "../../../../conference_app/room/encryption/rootKeys";
import type { KeptMeeting, MeetingKeys } from "../../../../conference_app/components/encryption/meeting_links";
import type { Wrap } from "../../../../conference_app/components/encryption/vault_crypto";
import { type LinkState, VaultKeeper } from "../../../../conference_app/components/encryption/vault_keeper";
import type { KeptVault } from "../../../../conference_app/components/encryption/vault_session";
import { MemoryStore, quick, typed } from "./memory_store";

/** The server with one account, and browsers that show its pages. */
class Server {
  vault: KeptVault = { account: "ann", vaultId: "", wraps: [], passkeys: { credential: "row" } };
  meetings: KeptMeeting[] = [];
  posts: string[] = [];

  plan(id: string, needs_certificate = true): void {
    this.meetings = [...this.meetings, { id, root: "", is_certified: false, needs_certificate }];
  }

  private keep(vaultId: string, wraps: Wrap[]): void {
    const isNew = (kept: Wrap) => !wraps.some((one) => one.kind === kept.kind && one.passkey_id === kept.passkey_id);
    this.vault = { ...this.vault, vaultId, wraps: [...this.vault.wraps.filter(isNew), ...wraps] };
  }

  private certify(keys: MeetingKeys[]): void {
    this.meetings = this.meetings.map((one) => {
      const made = keys.find(({ id }) => id === one.id);
      return made ? { ...one, root: made.root, is_certified: made.certificate !== "" } : one;
    });
  }

  /** A browser's page, shown again after each answer until nothing is sent any more. */
  async show(store: MemoryStore, keeper = new VaultKeeper({ store, derive: quick })): Promise<VaultKeeper> {
    let isSent = true;
    const note = (what: string) => {
      this.posts.push(what);
      isSent = true;
    };
    keeper.post = {
      put: (id, wraps) => (note("put"), this.keep(id, wraps)),
      replace: (id, wraps) => (note("replace"), (this.vault = { ...this.vault, wraps: [] }), this.keep(id, wraps)),
      meetings: (keys) => (note(`meetings ${keys.length}`), this.certify(keys)),
    };
    while (isSent) {
      isSent = false;
      await keeper.load(this.vault, this.meetings);
    }
    return keeper;
  }
}

const fragmentOf = (state: LinkState | undefined) => (state && "fragment" in state ? state.fragment : state?.problem);

let server: Server;
let store: MemoryStore;
beforeEach(() => {
  server = new Server();
  store = new MemoryStore();
});

test("meetings without keys get them, once", async () => {
  server.plan("one");
  server.plan("two", false);
  const keeper = await server.show(store);
  const { status, links } = keeper.current();
  expect(status).toBe("open");
  expect(parseFragment(fragmentOf(links.get("one"))!)).not.toBeNull();
  expect(fragmentOf(links.get("two"))).not.toBe(fragmentOf(links.get("one")));
  expect(server.meetings.map(({ is_certified }) => is_certified)).toEqual([true, false]);
  const sent = server.posts.length;
  await server.show(store);
  expect(server.posts).toHaveLength(sent);
});

test("many meetings are sent in parts", async () => {
  for (let number = 0; number < 60; number++) server.plan(`meeting ${number}`);
  await server.show(store);
  expect(server.posts).toContain("meetings 50");
  expect(server.posts).toContain("meetings 10");
});

test("the link's key is certified when the host no longer lets everybody in", async () => {
  server.plan("one", false);
  const before = fragmentOf((await server.show(store)).current().links.get("one"));
  server.meetings = server.meetings.map((one) => ({ ...one, needs_certificate: true }));
  const after = fragmentOf((await server.show(store)).current().links.get("one"));
  expect(server.meetings[0]?.is_certified).toBe(true);
  expect(after).toBe(before!);
});

test("what the server refuses is not sent again and again", async () => {
  server.plan("one");
  let posts = 0;
  const count = () => void posts++;
  const keeper = new VaultKeeper({ store, derive: quick }, { put: count, replace: count, meetings: count });
  for (let time = 0; time < 5; time++) await keeper.load(server.vault, server.meetings);
  expect(posts).toBe(2);
});

test("a locked page has no links, and a phrase opens them", async () => {
  server.plan("one");
  const entropy = randomBytes(16);
  const keeper = await server.show(store);
  await keeper.keepPhrase(entropy);
  const link = fragmentOf(keeper.current().links.get("one"));
  const other = await server.show(new MemoryStore());
  expect(other.current().status).toBe("locked");
  expect(other.current().links.size).toBe(0);
  expect(other.current().ways).toEqual({ password: false, passkey: false, phrase: true });
  expect(await other.openByPhrase(randomBytes(16))).toBe(false);
  expect(await other.openByPhrase(entropy)).toBe(true);
  expect(other.current().status).toBe("open");
  expect(fragmentOf(other.current().links.get("one"))).toBe(link!);
});

test("an earlier password opens it, and the new one does from then on", async () => {
  await store.type("the first");
  await server.show(store);
  const other = new MemoryStore();
  await other.type("the second");
  const keeper = await server.show(other);
  expect(keeper.current().status).toBe("locked");
  expect(await keeper.openByPassword(await typed("none of them"))).toBe(false);
  expect(await keeper.openByPassword(await typed("the first"))).toBe(true);
  const third = new MemoryStore();
  await third.type("the second");
  expect((await server.show(third)).current().status).toBe("open");
});

test("a passkey opens it", async () => {
  const secret = randomBytes(32);
  await store.use("credential", secret);
  await server.show(store);
  const keeper = await server.show(new MemoryStore());
  expect(keeper.credentials()).toEqual(["credential"]);
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  expect(await keeper.openByPasskey(key)).toBe(true);
});

test("new keys change every link, and the old browser is locked", async () => {
  server.plan("one");
  server.plan("two");
  const before = (await server.show(store)).current().links;
  const other = new MemoryStore();
  await other.type("a new password");
  const keeper = await server.show(other);
  await keeper.startAnew();
  await server.show(other, keeper);
  const { status, links } = keeper.current();
  expect(status).toBe("open");
  for (const id of ["one", "two"]) {
    expect(parseFragment(fragmentOf(links.get(id))!)).not.toBeNull();
    expect(fragmentOf(links.get(id))).not.toBe(fragmentOf(before.get(id)));
  }
  expect(server.vault.wraps.map(({ kind }) => kind)).toEqual(["password"]);
  expect((await server.show(store)).current().status).toBe("locked");
});

test("a meeting with keys that are given up has no link until its host asks for one", async () => {
  server.plan("one");
  server.meetings = server.meetings.map((one) => ({ ...one, root: "A".repeat(43) }));
  const keeper = await server.show(store);
  expect(fragmentOf(keeper.current().links.get("one"))).toBe("foreign");
  await keeper.renew("one");
  await server.show(store, keeper);
  expect(parseFragment(fragmentOf(keeper.current().links.get("one"))!)).not.toBeNull();
});

test("a browser without storage or keys says so", async () => {
  store.proofs = () => Promise.reject(new Error("blocked"));
  const keeper = await server.show(store);
  expect(keeper.current().status).toBe("unable");
  expect(server.posts).toEqual([]);
});
