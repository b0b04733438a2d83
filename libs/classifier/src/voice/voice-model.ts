import { readFileSync } from 'node:fs';
import { featuresOf, hashOf, type Features, type Seen } from './features.js';

/**
 * Who speaks in a post that names the movement: its follower, or somebody who tells about it, studies or opposes it; or
 * somebody who means something else by the same words, `everyday`.
 */
export const VOICES = ['follower', 'news', 'academic', 'counter-speech', 'everyday'] as const;
export type Voice = (typeof VOICES)[number];

/** Features are hashed to this many places of a voice: more did not tell voices apart better (docs/measurements.md). */
export const BUCKETS = 1 << 17;
/** A linear model's file: magic, then the scale as float32, a bias each as float32, and BUCKETS × VOICES weights as int8. */
const MAGIC = 0x564f4943;
const HEADER = 8 + 4 * VOICES.length;
/** Words named as the reason. */
const TELLING = 3;

/** How a post reads, each voice with its probability; the words that spoke most for the likeliest, as normalised. */
export interface Reading {
  readonly voice: Voice;
  readonly probabilities: Readonly<Record<Voice, number>>;
  readonly telling: readonly string[];
}

/**
 * A linear classifier over hashed words and letter runs (multinomial logistic regression; compare fastText, Joulin et
 * al. 2017). It is trained by `npm run train-voice` on the tuned half of the labelled set. Linear, so each reading can
 * say which words made it.
 */
export class VoiceModel {
  constructor(
    readonly scale: number,
    readonly bias: Float32Array,
    /** Voice v of bucket b at b × VOICES.length + v. */
    readonly weights: Int8Array,
  ) {}

  /** Reads the model's file. Throws where the bytes are none. */
  static decode(bytes: Uint8Array): VoiceModel {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength !== HEADER + BUCKETS * VOICES.length || view.getUint32(0) !== MAGIC)
      throw new Error(`the voice model is none of ${BUCKETS} buckets and ${VOICES.length} voices`);
    const bias = Float32Array.from(VOICES, (_, voice) => view.getFloat32(8 + 4 * voice));
    return new VoiceModel(
      view.getFloat32(4),
      bias,
      Int8Array.from(bytes.subarray(HEADER), (byte) => (byte << 24) >> 24),
    );
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(HEADER + this.weights.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC);
    view.setFloat32(4, this.scale);
    this.bias.forEach((value, voice) => view.setFloat32(8 + 4 * voice, value));
    bytes.set(new Uint8Array(this.weights.buffer), HEADER);
    return bytes;
  }

  read(seen: Seen): Reading {
    const features = featuresOf(seen);
    const buckets = bucketsOf(features);
    const norm = this.scale / Math.sqrt(buckets.length);
    const sums = VOICES.map(() => 0);
    for (const bucket of buckets) {
      const at = bucket * VOICES.length;
      for (let voice = 0; voice < VOICES.length; voice++)
        sums[voice] = (sums[voice] as number) + (this.weights[at + voice] as number);
    }
    const shares = softmax(sums.map((sum, voice) => (this.bias[voice] ?? 0) + sum * norm));
    const likeliest = shares.indexOf(Math.max(...shares));
    return {
      voice: VOICES[likeliest] as Voice,
      probabilities: Object.fromEntries(VOICES.map((voice, at) => [voice, shares[at] ?? 0])) as Record<
        Voice,
        number
      >,
      telling: this.telling(features.names, likeliest),
    };
  }

  /** Whole words (no runs, pairs or shapes) that spoke most for a voice. */
  private telling(names: ReadonlySet<string>, voice: number): string[] {
    return [...names]
      .filter((feature) => /^[\p{L}\p{M}\p{N}]+$/u.test(feature))
      .map((word) => ({ word, weight: this.weights[bucketOf(hashOf(word)) * VOICES.length + voice] ?? 0 }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, TELLING)
      .map(({ word }) => word);
  }
}

/** The places of a post's features in the model, one each: two may share one. */
export function bucketsOf({ names, runs }: Features): Uint32Array {
  const buckets = new Uint32Array(names.size + runs.size);
  let at = 0;
  for (const name of names) buckets[at++] = bucketOf(hashOf(name));
  for (const run of runs) buckets[at++] = bucketOf(run);
  return buckets;
}

function bucketOf(hash: number): number {
  return ((hash ^ (hash >>> 16)) >>> 0) % BUCKETS;
}

export function softmax(sums: readonly number[]): number[] {
  const highest = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

let loaded: VoiceModel | undefined;

/** The model that comes with the package, read at its first use. */
export function voiceModel(): VoiceModel {
  return (loaded ??= VoiceModel.decode(readFileSync(VOICE_FILE)));
}

/** Written by `npm run train-voice`. */
export const VOICE_FILE = new URL('../../voice.bin', import.meta.url);
