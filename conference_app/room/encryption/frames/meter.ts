/**
 * Notices which frames livekit-client's worker (2.23) lets through and which it drops: of most that it drops it tells
 * nobody, as of those whose key it does not have.
 */

/** Called for each frame of a track. */
export type Passing = (isPassed: boolean) => void;

const gauges = new WeakMap<object, { passing: Passing | null }>();

/** From now on the transform streams of `scope` can be metered. */
export function makeMeterable(scope: { TransformStream: typeof TransformStream }): void {
  scope.TransformStream = class<I, O> extends scope.TransformStream<I, O> {
    constructor(transformer: Transformer<I, O> = {}, writable?: QueuingStrategy<I>, readable?: QueuingStrategy<O>) {
      const gauge: { passing: Passing | null } = { passing: null };
      super({ ...transformer, transform: transformer.transform && noticing(transformer.transform, gauge) }, writable, readable);
      gauges.set(this, gauge);
    }
  };
}

function noticing<I, O>(transform: TransformerTransformCallback<I, O>, gauge: { passing: Passing | null }): TransformerTransformCallback<I, O> {
  return async (chunk, controller) => {
    if (!gauge.passing) return transform(chunk, controller);
    let isPassed = false;
    const enqueue = (passed?: O) => {
      isPassed = true;
      controller.enqueue(passed);
    };
    await transform(chunk, { enqueue } as TransformStreamDefaultController<O>);
    gauge.passing(isPassed);
  };
}

/** Call `passing` for each frame of `readable`, whatever it is piped through. */
export function meter(readable: ReadableStream, passing: Passing): void {
  const pipeThrough = readable.pipeThrough.bind(readable);
  readable.pipeThrough = (pair, options) => {
    const gauge = gauges.get(pair);
    if (gauge) gauge.passing = passing;
    return pipeThrough(pair, options);
  };
}
