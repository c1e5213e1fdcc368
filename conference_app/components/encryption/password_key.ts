/** The key of a password, derived in a worker. */
import type { Derivation } from "./password_worker";
import type { PasswordKeyMaker } from "./vault_crypto";

/** Raises an Error when the worker fails. */
export const passwordKeyByWorker: PasswordKeyMaker = (typed, salt, rounds) => {
  const worker = new Worker(new URL("./password_worker.ts", import.meta.url), { type: "module" });
  const derived = new Promise<CryptoKey>((done, fail) => {
    worker.onmessage = ({ data }: MessageEvent<CryptoKey>) => done(data);
    worker.onerror = worker.onmessageerror = () => fail(new Error("no key came from the worker"));
    worker.postMessage({ typed, salt, rounds } satisfies Derivation);
  });
  return derived.finally(() => worker.terminate());
};
