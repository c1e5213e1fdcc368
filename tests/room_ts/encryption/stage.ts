/** A meeting, a delivery service in memory, and people who come in by it. */
import { FakeService } from "./fakeService";
import { type Meeting, newMeeting } from "./people";
import { allIn, configOf, enter, type Player } from "./sessions";

export class Stage {
  readonly all: Player[] = [];

  private constructor(
    readonly meeting: Meeting,
    readonly service: FakeService,
  ) {}

  static async open(make = (meeting: Meeting) => new FakeService(meeting)): Promise<Stage> {
    const meeting = await newMeeting();
    return new Stage(meeting, make(meeting));
  }

  close(): void {
    for (const { session } of this.all) session.leave();
  }

  come = async (identity: string, change: Partial<Player["config"]> = {}, at = this.service): Promise<Player> => {
    const player = enter({ ...(await configOf(this.meeting, identity)), ...change }, at.open);
    this.all.push(player);
    return player;
  };

  /** One after the other, each in before the next. */
  room = async (...identities: string[]): Promise<Player[]> => {
    const players = [];
    for (const identity of identities) {
      players.push(await this.come(identity));
      await allIn(players);
    }
    return players;
  };

  /** Close the lines of `identity`, as a lost network does. */
  cut = (identity: string): void => {
    for (const socket of [...this.service.sockets]) if (socket.identity === identity) socket.close();
  };
}

export const phase = (wanted: string) => ({ snapshot }: Player["session"]) => snapshot.phase === wanted;
export const ends = (reason: string) => ({ snapshot }: Player["session"]) => snapshot.phase === "ended" && snapshot.reason === reason;
