/** The worker's side: owns the session and the leaf's private key, and lets neither out. */
import { keyPairOf, type KeyPair } from "./ed25519";
import { GroupSession } from "./groupSession";
import type { After, Socket } from "./serviceLink";
import { isWordOf, type SignedWord, signWord } from "./signedWords";
import { suite } from "./suite";
import type { Entrance, FromWorker, ToWorker } from "./workerMessages";

/** What a worker has that a test has not. */
export interface Surroundings {
  post: (message: FromWorker) => void;
  open: (url: string) => Socket;
  after: After;
  leafFor: (place: string) => Promise<KeyPair>;
}

export class WorkerSide {
  private leaf: KeyPair | null = null;
  private session: GroupSession | null = null;
  private queue = Promise.resolve();

  constructor(private readonly around: Surroundings) {}

  /** Messages are dealt with one after the other. */
  hear = (message: ToWorker): void => {
    this.queue = this.queue.then(() => this.take(message)).catch(() => this.around.post({ type: "failed" }));
  };

  private async take(message: ToWorker): Promise<void> {
    switch (message.type) {
      case "prepare": return this.prepare(message.place);
      case "enter": return this.enter(message);
      case "renew": return this.session?.renew(message.token);
      case "ready": return this.session?.ready(message.epoch);
      case "remove": return this.session?.remove(message.identity);
      case "refresh": return this.session?.refresh();
      case "wake": return this.session?.wake();
      case "leave": return this.session?.leave();
      case "say": {
        return this.around.post({ type: "said", id: message.id, word: await this.say(message.text) });
      }
      case "check": {
        return this.around.post({ type: "checked", id: message.id, isTrue: await this.isWordOf(message.identity, message.word) });
      }
      case "sign": {
        const ticket = (await this.session?.signFor(message.kind, message.holder, message.leafKey)) ?? null;
        return this.around.post({ type: "signed", id: message.id, ticket });
      }
    }
  }

  /** Null while we are not in. */
  private async say(text: string): Promise<SignedWord | null> {
    const { leaf, session } = this;
    const place = session?.place;
    return leaf && session && place ? signWord(place, leaf, session.snapshot.identity, text) : null;
  }

  private async isWordOf(identity: string, word: SignedWord): Promise<boolean> {
    const place = this.session?.place;
    const member = this.session?.snapshot.members.find((one) => one.identity === identity);
    return place != null && member !== undefined && isWordOf(place, identity, member.key, word);
  }

  private async prepare(place: string): Promise<void> {
    await suite();
    this.leaf = await this.around.leafFor(place);
    this.around.post({ type: "leaf", publicKey: this.leaf.publicKey });
  }

  private enter({ url, token, name, rootHash, right }: Entrance): void {
    const { leaf, around } = this;
    if (!leaf) throw new Error("enter before prepare");
    this.session?.leave();
    const own = right.kind === "root" ? { kind: right.kind, root: keyPairOf(right.seed) } : right;
    const session = new GroupSession({ token, name, leaf, rootHash, right: own }, () => around.open(url), around.after);
    session.subscribe((event) => this.session === session && around.post({ type: "event", event }));
    this.session = session;
    session.start();
  }
}
