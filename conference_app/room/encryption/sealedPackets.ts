/**
 * Has livekit-client (2.23) send every data packet sealed and marked as such, or not at all.
 *
 * By itself it sends packets in clear until its worker has acknowledged that encryption is on, and it leaves the type of
 * the encryption out of sealed packets, so that those who open one are told "none" as of a clear packet.
 */
import { Encryption_Type, EncryptedPacket, EncryptedPacketPayload } from "@livekit/protocol";
import type { Room } from "livekit-client";

interface Packet {
  value: { case?: string; value?: unknown };
}

interface Sealed {
  payload: Uint8Array;
  iv: Uint8Array;
  keyIndex: number;
}

/** What of livekit-client's engine is used here: no part of its public surface, hence the pinned version. */
interface Engine {
  e2eeManager?: { isDataChannelEncryptionEnabled: boolean; encryptData: (data: Uint8Array) => Promise<Sealed> };
  sendDataPacket: (packet: Packet, kind: unknown) => Promise<void>;
}

const SEALABLE = new Set(["user", "streamHeader", "streamChunk", "streamTrailer"]);

async function sealed(engine: Engine, packet: Packet): Promise<EncryptedPacket> {
  const { e2eeManager } = engine;
  if (!e2eeManager?.isDataChannelEncryptionEnabled) throw new Error("not sealed yet");
  if (!SEALABLE.has(packet.value.case ?? "")) throw new Error("a packet of a kind that is never sent");
  const payload = new EncryptedPacketPayload({ value: packet.value as EncryptedPacketPayload["value"] });
  const { payload: encryptedValue, iv, keyIndex } = await e2eeManager.encryptData(payload.toBinary());
  // livekit-client brings its own copy of these classes: plain bytes are the same to both.
  return new EncryptedPacket({ encryptedValue: bytes(encryptedValue), iv: bytes(iv), keyIndex, encryptionType: Encryption_Type.GCM });
}

const bytes = (some: Uint8Array) => new Uint8Array(some);

/** From now on all engines of livekit-client send by these rules. */
export function sealPackets(room: Room): void {
  const prototype = Object.getPrototypeOf((room as unknown as { engine: Engine }).engine) as Engine & { isSealing?: true };
  if (prototype.isSealing) return;
  prototype.isSealing = true;
  const send = prototype.sendDataPacket;
  prototype.sendDataPacket = async function (this: Engine, packet, kind) {
    packet.value = { case: "encryptedPacket", value: await sealed(this, packet) };
    return send.call(this, packet, kind);
  };
}
