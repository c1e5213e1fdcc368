import { expect, test } from "bun:test";

import { Encoders, sendKeyFrames } from "../../../../conference_app/room/encryption/frames/keyFrames";

function sender(layers: number, asked: unknown[], isGone = false) {
  const parameters = { encodings: Array.from({ length: layers }, () => ({})), transactionId: String(layers) };
  return {
    getParameters: () => parameters,
    setParameters: async (given: unknown, options: unknown) => {
      if (isGone) throw new Error("InvalidStateError");
      asked.push({ isOwn: given === parameters, options });
    },
  };
}

test("every layer of every picture that is sent is asked for a key frame", async () => {
  const asked: unknown[] = [];
  const publications = new Map<string, unknown>([
    ["gone", { videoTrack: { sender: sender(1, asked, true) } }],
    ["camera", { videoTrack: { sender: sender(2, asked) } }],
    ["unsent", { videoTrack: undefined }],
    ["starting", { videoTrack: { sender: undefined } }],
  ]);
  await sendKeyFrames({ localParticipant: { videoTrackPublications: publications } } as never);
  expect(asked).toEqual([{ isOwn: true, options: { encodingOptions: [{ keyFrame: true }, { keyFrame: true }] } }]);
});

test("the worker asks all encoders, and one that has ended no more", async () => {
  const asked: string[] = [];
  const encoders = new Encoders();
  const encoder = (name: string, isGone: boolean) => ({
    generateKeyFrame: async () => {
      asked.push(name);
      if (isGone) throw new Error("InvalidStateError");
    },
  });
  encoders.add(encoder("camera", false));
  encoders.add(encoder("ended", true));
  encoders.add({}); // of a browser that has no such method
  await encoders.sendKeyFrames();
  await encoders.sendKeyFrames();
  expect(asked).toEqual(["camera", "ended", "camera"]);
});
