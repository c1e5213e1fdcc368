import { beforeEach, expect, test } from "bun:test";

import { randomBytes } from "../../../../conference_app/room/encryption/bytes";
import { newMaster, opened, type Owner, passwordKey, phraseKey, phraseWrap, vaultIdOf, type Wrap } from "../../../../conference_app/components/encryption/vault_crypto";
import { type KeptVault, settle, type Settled } from "../../../../conference_app/components/encryption/vault_session";
import { MemoryStore, quick } from "./memory_store";

/** The server: keeps what browsers put, as services/sign_in/key_vault.py does. */
class Server {
  vaultId = "";
  wraps: Wrap[] = [];
  passkeys: Record<string, string> = {};

  kept(): KeptVault {
    return { account: "ann", vaultId: this.vaultId, wraps: this.wraps, passkeys: this.passkeys };
  }

  async visit(store: MemoryStore): Promise<Settled> {
    const settled = await settle(this.kept(), { store, derive: quick });
    if (settled.put) {
      this.vaultId = settled.owner.vaultId;
      const isNew = (kept: Wrap) => !settled.put?.some((one) => one.kind === kept.kind && one.passkey_id === kept.passkey_id);
      this.wraps = [...this.wraps.filter(isNew), ...settled.put];
    }
    return settled;
  }
}

let server: Server;
let first: MemoryStore;
beforeEach(() => {
  server = new Server();
  first = new MemoryStore();
});

test("the first browser makes the key, and locks it with the password it was registered with", async () => {
  await first.type("correct horse");
  const { master } = await server.visit(first);
  expect(master).toHaveLength(32);
  expect(server.vaultId).toBe(await vaultIdOf(master!));
  expect(server.wraps.map(({ kind }) => kind)).toEqual(["password"]);
  expect((await server.visit(first)).put).toBeNull();
});

test("a second device opens it with the same password, without a question", async () => {
  await first.type("correct horse");
  const { master } = await server.visit(first);
  const second = new MemoryStore();
  await second.type("correct horse", false);
  const there = await server.visit(second);
  expect(there.master).toEqual(master!);
  expect(second.masters.get("ann")).toEqual(master!);
});

test("a password that the server has not taken locks nothing", async () => {
  await first.type("a slip", false);
  await server.visit(first);
  expect(server.wraps).toEqual([]);
});

test("after a new password a device without the key is locked, and one that has it locks it anew", async () => {
  await first.type("correct horse");
  const { master } = await server.visit(first);
  const third = new MemoryStore();
  await third.type("another one");
  expect((await server.visit(third)).master).toBeNull();
  await first.type("another one");
  expect((await server.visit(first)).put?.map(({ kind }) => kind)).toEqual(["password"]);
  expect((await server.visit(third)).master).toEqual(master!);
});

test("a passkey's secret is locked once, and opens from then on", async () => {
  const secret = randomBytes(32);
  server.passkeys = { credential: "row" };
  await first.use("credential", secret);
  const { master } = await server.visit(first);
  expect(server.wraps.map(({ kind, passkey_id }) => [kind, passkey_id])).toEqual([["passkey", "row"]]);
  const second = new MemoryStore();
  await second.use("credential", secret);
  expect((await server.visit(second)).master).toEqual(master!);
  const other = new MemoryStore();
  await other.use("credential", randomBytes(32));
  expect((await server.visit(other)).master).toBeNull();
});

test("a passkey that the account does not have locks nothing", async () => {
  await first.use("gone", randomBytes(32));
  await server.visit(first);
  expect(server.wraps).toEqual([]);
});

test("a key that was replaced elsewhere is not this vault's", async () => {
  await server.visit(first);
  server.vaultId = await vaultIdOf(newMaster());
  expect((await server.visit(first)).master).toBeNull();
});

test("a vault that the server forgot is put again by who has the key", async () => {
  const { master } = await server.visit(first);
  server = new Server();
  expect((await server.visit(first)).master).toEqual(master!);
  expect(server.vaultId).toBe(await vaultIdOf(master!));
});

test("a wrap opens for its own account, vault and kind alone", async () => {
  const master = newMaster();
  const owner: Owner = { account: "ann", vaultId: await vaultIdOf(master) };
  const entropy = randomBytes(16);
  const wrap = await phraseWrap(owner, master, entropy);
  const key = await phraseKey(entropy);
  expect(await opened(owner, wrap, key)).toEqual(master);
  expect(await opened({ ...owner, account: "bob" }, wrap, key)).toBeNull();
  expect(await opened({ ...owner, vaultId: await vaultIdOf(newMaster()) }, wrap, key)).toBeNull();
  expect(await opened(owner, { ...wrap, kind: "passkey" }, key)).toBeNull();
  expect(await opened(owner, { ...wrap, wrapped: wrap.wrapped.replace(/.$/, (end) => (end === "A" ? "Q" : "A")) }, key)).toBeNull();
  expect(await opened(owner, { ...wrap, wrapped: "" }, key)).toBeNull();
});

test("a server that asks for few rounds or for years of them is not followed", async () => {
  await first.type("correct horse");
  await server.visit(first);
  for (const rounds of [1, 599_999, 10_000_001]) {
    server.wraps = server.wraps.map((wrap) => ({ ...wrap, rounds }));
    const second = new MemoryStore();
    await second.type("correct horse", false);
    expect((await server.visit(second)).master).toBeNull();
  }
});

test("the password's key is PBKDF2 of SHA-256 with so many rounds", async () => {
  // RFC 7914 section 11 has this vector for one round of the derivation itself.
  const encode = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
  const typed = await crypto.subtle.importKey("raw", encode("passwd"), "PBKDF2", false, ["deriveKey"]);
  const derived = await passwordKey(typed, encode("salt"), 1);
  const expected = Uint8Array.fromHex("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc") as Uint8Array<ArrayBuffer>;
  const same = await crypto.subtle.importKey("raw", expected, "AES-GCM", false, ["decrypt"]);
  const iv = new Uint8Array(12);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, derived, encode("x"));
  expect(new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, same, sealed))).toEqual(encode("x"));
});
