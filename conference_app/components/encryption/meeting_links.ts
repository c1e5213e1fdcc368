/** The public keys of an organizer's meetings, for the server, and the end of their links, which stays in the browser. */
import { type Bytes, toB64 } from "../../room/encryption/bytes";
import { certifyLink, fragmentText, meetingSecrets, rootHashOf } from "../../room/encryption/rootKeys";

/** What the server keeps of a meeting's keys. */
export interface KeptMeeting {
  id: string;
  /** Base64url; "" while it has none. */
  root: string;
  is_certified: boolean;
  /** Whether the link alone lets people in, so that its key needs the root's word. */
  needs_certificate: boolean;
}

/** What the server should keep. */
export interface MeetingKeys {
  id: string;
  root: string;
  link: string;
  certificate: string;
}

export interface OwnKeys {
  keys: MeetingKeys;
  /** What stands behind the # of its link. */
  fragment: string;
}

export async function ownKeys(master: Bytes, meeting: KeptMeeting): Promise<OwnKeys> {
  const { root, link, linkSecret } = await meetingSecrets(master, meeting.id);
  const certificate = meeting.needs_certificate ? toB64(await certifyLink(root, link.publicKey)) : "";
  return {
    keys: { id: meeting.id, root: toB64(root.publicKey), link: toB64(link.publicKey), certificate },
    fragment: fragmentText({ rootHash: await rootHashOf(root.publicKey), linkSecret }),
  };
}

/** Whether the server has no keys of it, or the right root without what the link now needs. */
export function lacks(meeting: KeptMeeting, keys: MeetingKeys): boolean {
  return !meeting.root || (meeting.root === keys.root && meeting.is_certified !== meeting.needs_certificate);
}

/** Whether its keys come from another master key. */
export const isForeign = (meeting: KeptMeeting, keys: MeetingKeys) => meeting.root !== "" && meeting.root !== keys.root;
