/** The delivery service in memory for a meeting whose leader hands out the secret. */
import { FakeService, type FakeSocket, type Frame } from "./fakeService";

export class FakeWebinar extends FakeService {
  readonly cards = new Map<string, string>();
  readonly sealed = new Map<string, string>();
  readonly members = new Set<string>();
  /** Characters of the largest commit. */
  largest = 0;

  override async take(socket: FakeSocket, frame: Frame): Promise<void> {
    if (frame.type === "card") this.show(socket.identity, String(frame.card));
    else if (frame.type === "cards") this.tellCards(socket);
    else await super.take(socket, frame);
  }

  protected override stateFor(socket: FakeSocket, since: number): Frame {
    return { ...super.stateFor(socket, since), driver: "hpke", entries: [], info: this.info, sealed: this.sealed.get(socket.identity) ?? "" };
  }

  protected override hello(socket: FakeSocket, frame: Frame): void {
    super.hello(socket, frame);
    this.tellCards(socket);
  }

  protected override accept(by: FakeSocket, message: string, info: string, frame?: Frame): void {
    const pieces = (frame?.sealed ?? []) as Array<[string, string]>;
    const left = (frame?.out ?? []) as string[];
    this.largest = Math.max(this.largest, JSON.stringify(frame ?? {}).length);
    this.epoch += 1;
    this.info = info;
    const came = pieces.map(([identity]) => identity).filter((identity) => !this.members.has(identity));
    for (const [identity, piece] of pieces) this.sealed.set(identity, piece);
    for (const identity of came) this.members.add(identity);
    for (const identity of left) this.members.delete(identity);
    const mine = new Map(pieces);
    for (const socket of this.sockets) {
      if (socket !== by) this.tell(socket, { type: "entry", epoch: this.epoch, message, sealed: mine.get(socket.identity) ?? "", in: came, out: left });
    }
  }

  private show(identity: string, card: string): void {
    this.cards.set(identity, card);
    this.all({ type: "cards", cards: [[identity, card, this.members.has(identity)]] });
  }

  private tellCards(socket: FakeSocket): void {
    const there = [...this.cards].filter(([identity]) => this.members.has(identity) || !this.gone.has(identity));
    for (let at = 0; at <= there.length; at += 200) {
      const page = there.slice(at, at + 200).map(([identity, card]) => [identity, card, this.members.has(identity)]);
      this.tell(socket, { type: "cards", cards: page, last: at + 200 > there.length });
    }
  }
}
