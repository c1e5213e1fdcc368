/**
 * One hash of the files whose code seals and opens what is said here.
 *
 * `make doctor` prints the same of the build on the server's disk (operation/frontend/room_hash.py), so that an operator,
 * or whoever built the same version, can compare. It shows a file that was altered on its way; altered code may show any hash.
 */
import { sha256, utf8 } from "./bytes";

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Of files with their names: SHA-256, in hexadecimal, of the lines "name hash" in order of their names. */
export async function hashOf(files: ReadonlyMap<string, ArrayBuffer>): Promise<string> {
  const lines = await Promise.all([...files].map(async ([name, bytes]) => `${name} ${hex(await sha256(new Uint8Array(bytes)))}\n`));
  return hex(await sha256(utf8(lines.sort().join(""))));
}

const nameOf = (address: string) => new URL(address).pathname.split("/").pop() ?? "";

/** Rejects when a file can't be fetched. */
export async function buildHash(addresses: readonly string[]): Promise<string> {
  const read = async (address: string) => [nameOf(address), await (await fetch(address)).arrayBuffer()] as const;
  return hashOf(new Map(await Promise.all(addresses.map(read))));
}
