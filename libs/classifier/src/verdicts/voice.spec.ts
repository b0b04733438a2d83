import { describe, expect, it } from '@jest/globals';
import { Pack } from '../packs/schema.js';
import { compileRuleset } from '../rules/ruleset.js';
import { VOICES, VoiceModel, type Reading, type Voice } from '../voice/voice-model.js';
import { classifyText, inspect } from './classify.js';

/** A model that reads every post alike. */
class Deaf extends VoiceModel {
  constructor(private readonly shares: Partial<Record<Voice, number>>) {
    super(1, new Float32Array(VOICES.length), new Int8Array(0));
  }

  override read(): Reading {
    const probabilities = Object.fromEntries(VOICES.map((voice) => [voice, this.shares[voice] ?? 0]));
    return { voice: 'follower', probabilities: probabilities as Reading['probabilities'], telling: [] };
  }
}

const rule = (id: string, phrase: string, more: object) => ({
  id,
  title: phrase,
  kind: 'slogan',
  category: 'slogan',
  severity: 'medium',
  indicator: 'other',
  reference: 'unverified',
  phrases: { en: [phrase] },
  examples: { match: [phrase], noMatch: ['forest'] },
  ...more,
});
const pack = Pack.parse({
  name: 'forest',
  title: 'Forest',
  description: '',
  maintainer: '',
  licence: '',
  voice: true,
  rules: [rule('plain', 'evergreen', {}), rule('ambiguous', 'growing', { needs: { voice: 'follower' } })],
});
const judge = (shares: Partial<Record<Voice, number>>, text: string) => {
  const ruleset = compileRuleset([{ content: pack, version: 1 }], 0, [], () => new Deaf(shares));
  return inspect(ruleset, { text, context: 'unknown' });
};

describe('a follower’s voice', () => {
  it('is a second sign where it is sure', () => {
    expect(judge({ follower: 0.7, news: 0.3 }, 'growing').findings.matches).toHaveLength(1);
    const unsure = judge({ follower: 0.47, news: 0.53 }, 'growing');
    expect(unsure.findings.matches).toEqual([]);
    expect(unsure.judgement?.nearMisses).toHaveLength(1);
  });

  it('is none in packs that do not listen', () => {
    const silent = compileRuleset([{ content: { ...pack, voice: false }, version: 1 }]);
    expect(classifyText(silent, { text: 'growing', context: 'unknown' }).matches).toEqual([]);
  });
});

describe('another voice', () => {
  it('cancels, with its name', () => {
    const { findings } = judge({ follower: 0.2, 'counter-speech': 0.8 }, 'evergreen');
    expect(findings.exclusions).toMatchObject([
      { context: 'counter-speech', reason: 'reads like opposition' },
    ]);
  });

  it('of everyday speech is no second sign, and cancels nothing', () => {
    const everyday = { follower: 0.2, everyday: 0.7, news: 0.1 };
    expect(judge(everyday, 'evergreen').findings.matches).toHaveLength(1);
    expect(judge(everyday, 'growing').findings.matches).toEqual([]);
  });
});
