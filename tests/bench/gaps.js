// Keeps, for each picture of others on the screen, the longest time without a new frame (milliseconds of this page).
(() => {
  const remote = new Set(), last = new Map(), longest = new Map(), watched = new WeakSet();
  let before = new Set();
  window.parleyGaps = {
    // From now on, of those who are on the screen now.
    reset: () => {
      longest.clear();
      before = shown();
    },
    // Also what goes on: a picture that stands still has no next frame.
    worst: () => Math.max(0, ...[...shown()].filter((id) => before.has(id)).flatMap((id) => [longest.get(id) ?? 0, performance.now() - last.get(id)])),
    seen: () => shown().size,
    moves: () => [...shown()].some((id) => performance.now() - last.get(id) < 300),
  };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("track", ({ track }) => remote.add(track.id));
    }
  };
  const idOf = (video) => video.srcObject?.getVideoTracks()[0]?.id;
  const shown = () => new Set([...document.querySelectorAll("video")].map(idOf).filter((id) => last.has(id)));
  const follow = (video) =>
    video.requestVideoFrameCallback((now) => {
      const id = idOf(video);
      if (remote.has(id)) {
        if (last.has(id)) longest.set(id, Math.max(longest.get(id) ?? 0, now - last.get(id)));
        last.set(id, now);
      }
      follow(video);
    });
  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (watched.has(video)) continue;
      watched.add(video);
      follow(video);
    }
  }, 20);
  // Six of these are encoded and thirty decoded at once.
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) =>
    open(wanted.video ? { ...wanted, video: { width: 320, height: 180 } } : wanted);
})();
