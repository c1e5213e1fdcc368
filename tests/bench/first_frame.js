// Notes when Join is clicked and when the first frame of anybody else is on the screen (milliseconds of this page).
(() => {
  const remote = new Set();
  window.parleyBench = { clicked: null, firstFrame: null };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("track", (event) => remote.add(event.track.id));
    }
  };
  document.addEventListener(
    "click",
    (event) => {
      if (event.target.closest("button")?.textContent.trim() === "Join") window.parleyBench.clicked = performance.now();
    },
    true,
  );
  const watched = new WeakSet();
  const isRemote = (video) => video.srcObject?.getVideoTracks().some((track) => remote.has(track.id));
  setInterval(() => {
    for (const video of document.querySelectorAll("video")) {
      if (watched.has(video) || !isRemote(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback((now) => (window.parleyBench.firstFrame ??= now));
    }
  }, 5);
})();
