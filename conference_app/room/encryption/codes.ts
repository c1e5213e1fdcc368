/** Numbers that people read to each other: 30 digits in six groups of five. */
import { type Bytes, copied, pack, sha512 } from "./bytes";

const GROUPS = 6;
const GROUP_BYTES = 5;

/** Six groups of five digits: five bytes each, big-endian, modulo 100,000, as Discord's DAVE shows them. */
export function digits(bytes: Bytes): string {
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const part = bytes.subarray(index * GROUP_BYTES, (index + 1) * GROUP_BYTES);
    const value = part.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(value % 100_000).padStart(5, "0");
  });
  return groups.join(" ");
}

/** The same for everybody as long as the meeting is open, whoever comes and goes. */
export async function meetingCode(groupId: Bytes, rootPublic: Bytes): Promise<string> {
  return digits(await sha512(pack("conference_app/code/v1", groupId, rootPublic)));
}

/** Differs with every join, removal and fork: equal only among those who share all keys at this moment. */
export async function epochCode(epochAuthenticator: Uint8Array): Promise<string> {
  return digits(await sha512(copied(epochAuthenticator)));
}
