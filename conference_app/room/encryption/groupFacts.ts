/** What a group is pinned to: the open room, the meeting's root key and the server's key. */
import { type Bytes, pack } from "./bytes";

export interface GroupFacts {
  /** LiveKit's room: random, new each time the meeting opens. */
  room: string;
  rootPublic: Bytes;
  /** Signs who is gone, and nothing else. */
  serverKey: Bytes;
  /** All of it: MLS carries it in every epoch, so nobody can swap a part. */
  groupId: Bytes;
}

export function groupFacts(room: string, rootPublic: Bytes, serverKey: Bytes): GroupFacts {
  return { room, rootPublic, serverKey, groupId: pack("conference_app/group/v1", room, rootPublic, serverKey) };
}
