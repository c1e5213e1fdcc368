import { expect, test } from "bun:test";

import { makeMeterable, meter } from "../../../../conference_app/room/encryption/frames/meter";

function metered(transform: Transformer<number, number>["transform"]) {
  const scope = { TransformStream };
  makeMeterable(scope);
  const seen: boolean[] = [];
  const readable = new ReadableStream<number>({
    start(controller) {
      for (const number of [1, 2, 3]) controller.enqueue(number);
      controller.close();
    },
  });
  return { seen, readable, out: () => readable.pipeThrough(new scope.TransformStream({ transform })) };
}

async function all(readable: ReadableStream<number>): Promise<number[]> {
  const got: number[] = [];
  for await (const one of readable as unknown as AsyncIterable<number>) got.push(one);
  return got;
}

const odd: Transformer<number, number>["transform"] = async (number, controller) => {
  await Promise.resolve();
  if (number % 2 === 1) controller.enqueue(number);
};

test("what is let through and what is dropped is noticed, and nothing changes by it", async () => {
  const { seen, readable, out } = metered(odd);
  meter(readable, (isPassed) => seen.push(isPassed));
  expect(await all(out())).toEqual([1, 3]);
  expect(seen).toEqual([true, false, true]);
});

test("a stream that nobody meters is as it was", async () => {
  const { seen, out } = metered(odd);
  expect(await all(out())).toEqual([1, 3]);
  expect(seen).toEqual([]);
});
