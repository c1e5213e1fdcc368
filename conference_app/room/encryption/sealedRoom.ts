/** A room of livekit-client whose frames and messages are sealed, with the group that gives the keys. */
import { isE2EESupported, Room, VideoPresets } from "livekit-client";

import type { Answer } from "../pageMessages";
import { reconnectDelay } from "../session/retries";
import type { Sealing } from "../session/session";
import { entranceOf, type RootKeys } from "./entrance";
import { GroupClient } from "./groupClient";
import { MeetingEncryption } from "./meetingEncryption";
import { sealPackets } from "./sealedPackets";
import { SenderKeys } from "./senderKeys";
import { tabName } from "./tabName";
import { startFrameWorker, startGroupWorker } from "./workers";

export interface SealedRoom {
  room: Room;
  group: GroupClient;
  encryption: MeetingEncryption;
}

/** Whether this browser has all that it takes, as far as can be said before trying. */
export function canSeal(): boolean {
  return isE2EESupported() && typeof Worker === "function" && globalThis.crypto?.subtle !== undefined;
}

/** Null where the browser can't do it. */
export function makeSealedRoom(): SealedRoom | null {
  if (!canSeal()) return null;
  const keyProvider = new SenderKeys();
  const worker = startFrameWorker();
  const room = new Room({
    encryption: { keyProvider, worker },
    singlePeerConnection: false,
    adaptiveStream: true,
    dynacast: true,
    stopLocalTrackOnUnpublish: true,
    // It would end the call of who is asked whether to leave the page, and stays.
    disconnectOnPageLeave: false,
    reconnectPolicy: { nextRetryDelayInMs: reconnectDelay },
    videoCaptureDefaults: { resolution: VideoPresets.h720.resolution },
    publishDefaults: { simulcast: false, videoCodec: "vp8", dtx: true, red: false },
  });
  sealPackets(room);
  const group = new GroupClient(startGroupWorker(), tabName());
  return { room, group, encryption: new MeetingEncryption(room, group, keyProvider, worker) };
}

/** What a session does with the encryption. `meetingId` gives the meeting's number to its organizer's page, "" to others. */
export function sealingOf({ group, encryption }: SealedRoom, meetingId: () => string, vault: RootKeys): Sealing {
  return {
    enter: async ({ token, name }: Answer) =>
      encryption.enter(await entranceOf({ token, name, meetingId: meetingId() }, window.location.href, vault)),
    leave: encryption.leave,
    watch: (ended) => {
      const detach = encryption.attach();
      const unsubscribe = group.subscribe(({ type }) => {
        const { phase, reason } = group.snapshot;
        if (type !== "snapshot" || reason === "left") return;
        if (phase === "forked" || phase === "ended") ended(reason ?? "forked");
      });
      return () => {
        unsubscribe();
        detach();
      };
    },
  };
}
