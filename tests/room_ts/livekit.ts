/** Stand-ins for what of livekit-client is used outside of React: the real package wants a browser. */
export const EVENTS = {
  ConnectionStateChanged: "connection",
  Disconnected: "disconnected",
  SignalConnected: "signalled",
  LocalTrackPublished: "published",
  TrackMuted: "muted",
  TrackUnmuted: "unmuted",
  ParticipantAttributesChanged: "attributes",
  ParticipantEncryptionStatusChanged: "encryption",
};
export const STATES = { Disconnected: "disconnected", Connecting: "connecting", Connected: "connected", Reconnecting: "reconnecting", SignalReconnecting: "signal" };
export const REASONS = { CLIENT_INITIATED: 1, DUPLICATE_IDENTITY: 2, PARTICIPANT_REMOVED: 4, ROOM_DELETED: 5, STATE_MISMATCH: 6, ROOM_CLOSED: 10 };
export const FAILURES = { NotAllowed: 0, ServerUnreachable: 1, InternalError: 2 };

/** What this browser can do, and how it answers when devices are asked for; a test sets it. */
export const browser = {
  isSupported: true,
  canEncrypt: true,
  openBoth: async (): Promise<unknown> => [],
  openAudio: async (): Promise<unknown> => undefined,
  openVideo: async (): Promise<unknown> => undefined,
};

export const livekit = () => ({
  RoomEvent: EVENTS,
  ParticipantEvent: EVENTS,
  TrackEvent: {},
  ConnectionState: STATES,
  DisconnectReason: REASONS,
  ConnectionErrorReason: FAILURES,
  Track: { Kind: { Audio: "audio", Video: "video" }, Source: { Microphone: "microphone", Camera: "camera", ScreenShare: "screen" } },
  VideoPresets: { h720: {} },
  isBrowserSupported: () => browser.isSupported,
  isE2EESupported: () => browser.canEncrypt,
  createLocalTracks: () => browser.openBoth(),
  createLocalAudioTrack: () => browser.openAudio(),
  createLocalVideoTrack: () => browser.openVideo(),
});
