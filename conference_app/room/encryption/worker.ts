/** The module worker of the room's keys: nothing else holds the group's state or the leaf's private key. */
import { leafFor } from "./leafStore";
import type { Socket } from "./serviceLink";
import type { FromWorker, ToWorker } from "./workerMessages";
import { WorkerSide } from "./workerSide";

interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage: (message: FromWorker) => void;
  addEventListener: (type: "online", listener: () => void) => void;
}

const LOOK_MS = 5000;
/** A look that comes this much too late: the machine has slept, and a line that looks open may be dead. */
const SLEPT_MS = 20_000;

const scope = self as unknown as Scope;
const side = new WorkerSide({
  post: (message) => scope.postMessage(message),
  open: (url) => new WebSocket(url) as unknown as Socket,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  leafFor,
});

let looked = Date.now();
setInterval(() => {
  if (Date.now() - looked > SLEPT_MS) side.hear({ type: "wake" });
  looked = Date.now();
}, LOOK_MS);

scope.addEventListener("online", () => side.hear({ type: "wake" }));
scope.onmessage = ({ data }) => side.hear(data);
