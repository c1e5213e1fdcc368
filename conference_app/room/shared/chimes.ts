/** Soft sounds of a second and less. Tones are made here: no file is fetched. */

/** Frequencies in hertz, one after the other. */
const CHIMES = { joined: [523.25, 783.99], left: [783.99, 523.25], message: [659.25], waiting: [659.25, 659.25, 783.99], test: [523.25, 659.25, 783.99] };
export type Chime = keyof typeof CHIMES;

/** Seconds between two tones, and for which one rings. */
const GAP_S = 0.16;
const RING_S = 0.6;
/** How loud the tones of news are, beside the test sound that is to be heard. */
const LOUDNESS: Record<Chime, number> = { joined: 0.06, left: 0.06, message: 0.06, waiting: 0.08, test: 0.16 };

/** Play it on the chosen loudspeaker, or on the browser's own choice. Resolves when it is over. */
export async function play(chime: Chime, speakerId: string): Promise<void> {
  const context = new AudioContext();
  try {
    const output = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    if (speakerId && output.setSinkId) await output.setSinkId(speakerId).catch(() => undefined);
    const tones = CHIMES[chime];
    for (const [index, frequency] of tones.entries()) ring(context, frequency, index * GAP_S, LOUDNESS[chime]);
    await new Promise((resolve) => setTimeout(resolve, 1000 * (tones.length * GAP_S + RING_S)));
  } finally {
    await context.close();
  }
}

function ring(context: AudioContext, frequency: number, delay: number, loudness: number): void {
  const start = context.currentTime + delay;
  const volume = context.createGain();
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(loudness, start + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + RING_S);
  const tone = context.createOscillator();
  tone.frequency.value = frequency;
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + RING_S + 0.05);
}
