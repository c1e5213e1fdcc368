/** The two workers of the room as the frontend's build names them, and the files that hold the code of the encryption. */
import frameWorkerUrl from "./frames/frameWorker.ts?worker&url";
import groupWorkerUrl from "./worker.ts?worker&url";
import type { WorkerPort } from "./groupClient";

const start = (url: string) => new Worker(url, { type: "module" });

/** Holds the group's keys. */
export function startGroupWorker(): WorkerPort {
  return start(groupWorkerUrl) as unknown as WorkerPort;
}

/** Seals and opens frames and data packets for livekit-client. */
export function startFrameWorker(): Worker {
  return start(frameWorkerUrl);
}

/** Addresses of the room's file and of the workers'. */
export function codeFiles(): string[] {
  return [import.meta.url, ...[frameWorkerUrl, groupWorkerUrl].map((url) => new URL(url, import.meta.url).href)];
}
