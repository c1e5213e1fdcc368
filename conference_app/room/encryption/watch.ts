/** Looks at what livekit-client and the media server do with what is sealed, and keeps away what is not. No React. */
import { Encryption_Type } from "@livekit/protocol";
import { type Participant, type RemoteParticipant, type RemoteTrackPublication, type Room, RoomEvent } from "livekit-client";

import type { Facts, KeyState } from "./assurance";
import type { Opened } from "./frames/tally";

/** What the watch needs of the group of keys. */
export interface GroupView {
  keys: KeyState;
  identity: string;
  members: ReadonlySet<string>;
}

/** Who can't be read for this long, in milliseconds, while nothing of theirs is opened, counts as unreadable. */
export const UNREADABLE_MS = 3000;
/** The same for one track of somebody, as told each second; also how long that is said after the last such second. */
export const STUCK_MS = 2000;
const LOOK_MS = 1000;

export class EncryptionWatch {
  private group: GroupView = { keys: "none", identity: "", members: new Set() };
  private readonly connected = new Map<string, number>();
  private readonly unmarked = new Set<string>();
  /** Tracks that we have stopped asking for. */
  private readonly declined = new WeakSet<RemoteTrackPublication>();
  /** Identity → since when nothing of theirs could be opened. */
  private readonly failing = new Map<string, number>();
  /** Identity → since when, and when last, a track of theirs could not be opened at all. */
  private readonly stuck = new Map<string, { since: number; last: number }>();
  private plainAt: number | null = null;
  /** Messages that were dropped since they were not sealed. */
  plainCount = 0;

  /** `changed` is called when there is something else to say; `now` gives milliseconds. */
  constructor(
    private readonly room: Room,
    private readonly changed: () => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Begin to look; the returned function ends it. */
  attach = (): (() => void) => {
    const { room } = this;
    room.on(RoomEvent.ParticipantConnected, this.look);
    room.on(RoomEvent.ParticipantDisconnected, this.look);
    room.on(RoomEvent.TrackPublished, this.look);
    room.on(RoomEvent.TrackUnpublished, this.look);
    room.on(RoomEvent.TrackSubscribed, this.look);
    room.on(RoomEvent.ConnectionStateChanged, this.look);
    room.on(RoomEvent.ParticipantEncryptionStatusChanged, this.look);
    room.on(RoomEvent.EncryptionError, this.failed);
    room.on(RoomEvent.DataReceived, this.received);
    // No event tells that the server marks a track anew.
    const timer = setInterval(this.look, LOOK_MS);
    return () => {
      clearInterval(timer);
      room.off(RoomEvent.ParticipantConnected, this.look);
      room.off(RoomEvent.ParticipantDisconnected, this.look);
      room.off(RoomEvent.TrackPublished, this.look);
      room.off(RoomEvent.TrackUnpublished, this.look);
      room.off(RoomEvent.TrackSubscribed, this.look);
      room.off(RoomEvent.ConnectionStateChanged, this.look);
      room.off(RoomEvent.ParticipantEncryptionStatusChanged, this.look);
      room.off(RoomEvent.EncryptionError, this.failed);
      room.off(RoomEvent.DataReceived, this.received);
    };
  };

  /** The group has changed. */
  hearGroup(group: GroupView): void {
    this.group = group;
    this.look();
  }

  /** A message came that was not sealed, and was dropped. */
  countPlain = (): void => {
    this.plainCount += 1;
    this.plainAt = this.now();
    this.changed();
  };

  /** What the worker could open of each sender since the last call. */
  hearTally(counts: Readonly<Record<string, Opened>>): void {
    for (const [identity, { opened, failed, stuck }] of Object.entries(counts)) {
      if (opened > 0) this.failing.delete(identity);
      else if (failed > 0) this.fail(identity);
      if (stuck > 0) this.stick(identity);
      else this.stuck.delete(identity);
    }
    this.changed();
  }

  facts(): Facts {
    const { keys, identity, members } = this.group;
    return {
      keys,
      self: identity,
      calledSelf: this.room.localParticipant.identity,
      isSealing: this.room.isE2EEEnabled,
      members,
      connected: this.connected,
      unmarked: this.unmarked,
      unreadable: this.unreadable(),
      plainAt: this.plainAt,
    };
  }

  private unreadable(): Set<string> {
    const now = this.now();
    const failing = [...this.failing].filter(([, since]) => now - since >= UNREADABLE_MS);
    const stuck = [...this.stuck].filter(([, { since, last }]) => last - since >= STUCK_MS && now - last <= STUCK_MS);
    return new Set([...failing, ...stuck].map(([identity]) => identity));
  }

  private look = (): void => {
    const others = [...this.room.remoteParticipants.values()];
    const present = new Set(others.map((other) => other.identity));
    for (const map of [this.connected, this.failing, this.stuck]) for (const identity of map.keys()) if (!present.has(identity)) map.delete(identity);
    for (const identity of present) if (!this.connected.has(identity)) this.connected.set(identity, this.now());
    this.unmarked.clear();
    for (const other of others) this.lookAt(other);
    this.changed();
  };

  /** The worker opens nothing that is not sealed, whatever the server says; an unmarked track is not even asked for. */
  private lookAt(other: RemoteParticipant): void {
    for (const publication of other.trackPublications.values()) {
      if (publication.trackInfo === undefined) continue;
      if (publication.isEncrypted) this.askAgain(publication);
      else {
        this.unmarked.add(other.identity);
        this.decline(publication);
      }
    }
  }

  private decline(publication: RemoteTrackPublication): void {
    if (!publication.isDesired) return;
    this.declined.add(publication);
    publication.setSubscribed(false);
  }

  private askAgain(publication: RemoteTrackPublication): void {
    if (this.declined.delete(publication)) publication.setSubscribed(true);
  }

  private failed = (_error: Error, participant?: Participant): void => {
    if (participant && !participant.isLocal) this.fail(participant.identity);
  };

  private fail(identity: string): void {
    if (!this.failing.has(identity)) this.failing.set(identity, this.now());
  }

  private stick(identity: string): void {
    const now = this.now();
    const before = this.stuck.get(identity);
    const isSame = before !== undefined && now - before.last <= STUCK_MS;
    this.stuck.set(identity, { since: isSame ? before.since : now, last: now });
  }

  private received = (_data: Uint8Array, _from?: RemoteParticipant, _kind?: unknown, _topic?: string, type?: Encryption_Type): void => {
    if (type === undefined || type === Encryption_Type.NONE) this.countPlain();
  };
}
