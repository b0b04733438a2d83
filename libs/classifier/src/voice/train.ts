import { featuresOf, type Seen } from './features.js';
import { BUCKETS, VOICES, VoiceModel, bucketsOf, softmax, type Voice } from './voice-model.js';
import { seeded } from '../labelled/random.js';

export interface Example extends Seen {
  readonly voice: Voice;
  /** How much it counts beside the others. */
  readonly weight: number;
}

/** Chosen by leaving every fifth sentence of the tuned half out; others within a factor of four do about as well. */
const EPOCHS = 6;
const RATE = 2;
const DECAY = 2e-6;
/** Share of a post's features left out each time it is seen, so that no single word decides: posts elsewhere use others. */
const LEFT_OUT = 0.3;
/** Draws are whole numbers below this. */
const PARTS = 1_000;

/**
 * Trains by stochastic gradient descent, AdaGrad steps, the same for the same examples in every run. Weights end as
 * whole numbers from -127 to 127 times one scale.
 */
export function trainVoice(examples: readonly Example[], seed = 1): VoiceModel {
  const width = VOICES.length;
  const rows = examples.map((example) => ({
    buckets: bucketsOf(featuresOf(example)),
    voice: VOICES.indexOf(example.voice),
    weight: example.weight,
  }));
  const weights = new Float64Array(BUCKETS * width);
  const squares = new Float64Array(BUCKETS * width).fill(1);
  const bias = new Float64Array(width);
  const draw = seeded(seed);
  const order = rows.map((_, at) => at);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, draw);
    for (const at of order) {
      const row = rows[at];
      if (!row) continue;
      const buckets = row.buckets.filter(() => draw(PARTS) >= LEFT_OUT * PARTS);
      const norm = 1 / Math.sqrt(Math.max(1, buckets.length));
      const sums = Array.from(bias);
      for (const bucket of buckets)
        for (let voice = 0; voice < width; voice++)
          sums[voice] = (sums[voice] ?? 0) + (weights[bucket * width + voice] ?? 0) * norm;
      const shares = softmax(sums);
      for (let voice = 0; voice < width; voice++) {
        const gradient = ((shares[voice] ?? 0) - (voice === row.voice ? 1 : 0)) * row.weight;
        bias[voice] = (bias[voice] ?? 0) - 0.01 * gradient;
        for (const bucket of buckets) {
          const cell = bucket * width + voice;
          const step = gradient * norm + DECAY * (weights[cell] ?? 0);
          squares[cell] = (squares[cell] ?? 0) + step * step;
          weights[cell] = (weights[cell] ?? 0) - (RATE * step) / Math.sqrt(squares[cell] ?? 1);
        }
      }
    }
  }
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  const scale = largest / 127;
  return new VoiceModel(
    Math.fround(scale),
    Float32Array.from(bias),
    Int8Array.from(weights, (weight) => Math.round(weight / scale)),
  );
}

function shuffle(list: number[], draw: (limit: number) => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = draw(at + 1);
    [list[at], list[other]] = [list[other] as number, list[at] as number];
  }
}
