import { featuresOf, hashOf } from './features.js';
import { trainVoice, type Example } from './train.js';
import { VoiceModel, voiceModel, type Voice } from './voice-model.js';

const seen = (text: string, match: string) => {
  const start = text.indexOf(match);
  return { text, spans: [{ start, end: start + match.length }], signs: [] };
};
const example = (voice: Voice, text: string): Example => ({ ...seen(text, 'evergreen'), voice, weight: 1 });

const EXAMPLES = [
  example('news', 'Police said that the man had written evergreen on a wall'),
  example('news', 'The ministry said evergreen was behind it, agencies report'),
  example('academic', 'This article analyses evergreen in its historical context'),
  example('academic', 'Abstract: we coded posts with evergreen'),
  example('counter-speech', 'Shame on you and your evergreen lies'),
  example('counter-speech', 'We condemn evergreen'),
  example('follower', 'evergreen ☝️'),
  example('follower', 'Brothers, share: evergreen'),
];

describe('a voice model', () => {
  const model = trainVoice(EXAMPLES);

  test('learns who speaks, and is the same each time', () => {
    for (const { voice, ...post } of EXAMPLES) expect(model.read(post).voice).toBe(voice);
    expect(Buffer.compare(trainVoice(EXAMPLES).encode(), model.encode())).toBe(0);
  });

  test('reads words it never saw by their shape and neighbours', () => {
    const reading = model.read(seen('Two ministries said that evergreen was seen on walls', 'evergreen'));
    expect(reading.voice).toBe('news');
    expect(reading.telling).toContain('said');
    const sum = Object.values(reading.probabilities).reduce((a, b) => a + b);
    expect(sum).toBeCloseTo(1, 5);
  });

  test('survives its file, from a buffer of a pool as well', () => {
    const pooled = Buffer.concat([Buffer.from([1, 2, 3]), model.encode()]).subarray(3);
    const copy = VoiceModel.decode(pooled);
    const post = seen('Police said evergreen', 'evergreen');
    expect(copy.read(post)).toEqual(model.read(post));
  });

  test('refuses a file that is none', () => {
    expect(() => VoiceModel.decode(new Uint8Array(100))).toThrow('the voice model is none of 131072 buckets');
  });

  test('comes with the package', () => {
    expect(voiceModel().read(seen('evergreen', 'evergreen')).telling).toEqual([]);
  });
});

describe('the features of a post', () => {
  test('leave the match out, wherever it stands', () => {
    const { names } = featuresOf(seen('They wrote “evergreen” on walls', 'evergreen'));
    expect([...names].some((name) => name.includes('evergreen'))).toBe(false);
    expect(names).toContain('wrote ▢');
    expect(names).toContain('before quote');
  });

  test('are bounded for the longest posts', () => {
    const long = `${'word '.repeat(200_000)}evergreen${' next'.repeat(200_000)}`;
    const { names, runs } = featuresOf(seen(long, 'evergreen'));
    expect(names.size + runs.size).toBeLessThan(3_000);
  });

  test('are bounded between matches that lie far apart', () => {
    const text = `evergreen${' a b'.repeat(1_000_000)} evergreen`;
    const far = {
      text,
      spans: [
        { start: 0, end: 9 },
        { start: text.length - 9, end: text.length },
      ],
      signs: [],
    };
    const { names, runs } = featuresOf(far);
    expect(names.size + runs.size).toBeLessThan(3_000);
  });

  test('number letter runs as their names were numbered', () => {
    const { runs } = featuresOf(seen('evergreen fir', 'evergreen'));
    const spelt = ['~<fi', '~<fir', '~<fir>', '~fir', '~fir>', '~ir>'];
    expect([...runs].sort()).toEqual(spelt.map(hashOf).sort());
  });
});
