import { beforeEach, expect, test } from "bun:test";
import { DataPacket, Encryption_Type, EncryptedPacket, EncryptedPacketPayload, UserPacket } from "@livekit/protocol";

import { sealPackets } from "../../../conference_app/room/encryption/sealedPackets";

let sent: DataPacket[];
let engine: { e2eeManager?: { isDataChannelEncryptionEnabled: boolean } ; sendDataPacket: (packet: DataPacket, kind: number) => Promise<void> };

beforeEach(() => {
  sent = [];
  class Engine {
    e2eeManager = {
      isDataChannelEncryptionEnabled: true,
      encryptData: async (data: Uint8Array) => ({ payload: data.map((byte) => byte ^ 0xff), iv: new Uint8Array(12).fill(7), keyIndex: 3 }),
    };
    async sendDataPacket(packet: DataPacket, _kind: number) {
      sent.push(DataPacket.fromBinary(packet.toBinary()));
    }
  }
  engine = new Engine();
  sealPackets({ engine } as never);
  sealPackets({ engine } as never);
});

const said = () => new DataPacket({ value: { case: "user", value: new UserPacket({ payload: new TextEncoder().encode("secret") }) } });

test("a packet goes sealed once, and says so", async () => {
  await engine.sendDataPacket(said(), 0);
  const [{ value }] = sent;
  expect(value.case).toBe("encryptedPacket");
  const { encryptedValue, iv, keyIndex, encryptionType } = value.value as EncryptedPacket;
  expect({ iv: iv.length, keyIndex, encryptionType }).toEqual({ iv: 12, keyIndex: 3, encryptionType: Encryption_Type.GCM });
  const opened = EncryptedPacketPayload.fromBinary(encryptedValue.map((byte) => byte ^ 0xff));
  expect(new TextDecoder().decode((opened.value.value as UserPacket).payload)).toBe("secret");
});

test("nothing goes in clear before encryption is on, nor what is never sealed", async () => {
  engine.e2eeManager!.isDataChannelEncryptionEnabled = false;
  await expect(engine.sendDataPacket(said(), 0)).rejects.toThrow("not sealed yet");
  engine.e2eeManager!.isDataChannelEncryptionEnabled = true;
  await expect(engine.sendDataPacket(new DataPacket({ value: { case: "metrics", value: {} as never } }), 0)).rejects.toThrow("never sent");
  engine.e2eeManager = undefined;
  await expect(engine.sendDataPacket(said(), 0)).rejects.toThrow("not sealed yet");
  expect(sent).toEqual([]);
});
