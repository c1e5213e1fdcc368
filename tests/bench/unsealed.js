// Takes the encryption out of the room's page before its first script runs, for a call in which all pages lack it.
//
// A stand-in for the worker of the group's keys says at once that all of `window.parleyMembers` are in; one for the
// worker of frames hands data packets back as they are, and media never passes it: as livekit-client without encryption.
(() => {
  const bench = (window.parleyUnsealed = { identity: null, tracks: 0 });

  class StandIn {
    onmessage = null;
    addEventListener() {}
    terminate() {}
    say(data) {
      queueMicrotask(() => this.onmessage?.({ data }));
    }
  }

  class Frames extends StandIn {
    postMessage({ kind, data }) {
      if (kind === "init") this.say({ kind: "initAck", data: { enabled: false } });
      if (kind === "enable") this.say({ kind, data });
      if (kind === "encryptDataRequest") this.say({ kind: "encryptDataResponse", data: { ...data, iv: new Uint8Array(12), keyIndex: 0 } });
      if (kind === "decryptDataRequest") this.say({ kind: "decryptDataResponse", data });
    }
  }

  const identityIn = (token) => JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub;
  const member = (identity, leaf) => ({ identity, name: `Member ${leaf}`, role: "guest", kind: "link", note: "", leaf, key: "" });

  class Group extends StandIn {
    postMessage({ type, token }) {
      if (type === "prepare") this.say({ type: "leaf", publicKey: crypto.getRandomValues(new Uint8Array(32)) });
      if (type === "enter") this.enter((bench.identity = identityIn(token)));
    }
    enter(identity) {
      const members = [...(window.parleyMembers ?? []), identity].map(member);
      const snapshot = { phase: "joining", reason: null, epoch: 0, identity, members, code: "", epochCode: "", allReady: 0 };
      const keys = new Map(members.map((one) => [one.identity, {}]));
      this.say({ type: "event", event: { type: "snapshot", snapshot } });
      this.say({ type: "event", event: { type: "epoch", epoch: 0, keys, hasRemoved: false } });
      this.say({ type: "event", event: { type: "snapshot", snapshot: { ...snapshot, phase: "in" } } });
    }
  }

  const NativeWorker = window.Worker;
  const STAND_INS = { frameWorker: Frames, worker: Group };
  window.Worker = function (url, options) {
    const [name] = String(url).split("/").pop().split("-");
    return STAND_INS[name] ? new STAND_INS[name]() : new NativeWorker(url, options);
  };

  const NativeConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends NativeConnection {
    constructor(configuration, ...rest) {
      super({ ...configuration, encodedInsertableStreams: false }, ...rest);
    }
  };
  for (const end of [RTCRtpSender, RTCRtpReceiver]) {
    end.prototype.createEncodedStreams = () => {
      bench.tracks += 1;
      return { readable: new ReadableStream(), writable: new WritableStream() };
    };
  }
})();
