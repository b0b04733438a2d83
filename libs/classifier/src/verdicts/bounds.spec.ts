import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { HOSTILE_TEXTS, hostileText } from '@vigil/testing';
import { loadPack } from '../packs/load-pack.js';
import { compileRuleset, type Ruleset } from '../rules/ruleset.js';
import { classifyText } from './classify.js';
import { MAX_LISTED, type Findings } from './publish.js';

/**
 * Processor time for a unit of the worst text. Outside of tests it is below 2 µs (docs/rule-language.md, `npm run bench --
 * text`); Jest makes each look at a global some ten times as dear, and others keep the machine busy. What grows with the
 * square takes longer than this at LONG.
 */
const MOST_US = 50;
const LONG = 100_000;
const TEN_MB = 10_000_000;

describe('a hostile text', () => {
  let ruleset: Ruleset;
  let match: string;

  beforeAll(async () => {
    const content = await loadPack(path.resolve(import.meta.dirname, '../../../../packs/isis-messaging'));
    ruleset = compileRuleset([{ content, version: 1 }]);
    match = content.rules[0]?.examples.match[0] ?? '';
  });

  function classified(text: string): { findings: Findings; microseconds: number } {
    const before = process.threadCpuUsage();
    const findings = classifyText(ruleset, { text, context: 'unknown' });
    const { user, system } = process.threadCpuUsage(before);
    return { findings, microseconds: user + system };
  }

  it.each(HOSTILE_TEXTS)('of %s is judged in time that its length bounds', (kind) => {
    const { findings, microseconds } = classified(hostileText(kind, LONG, match));
    expect(findings.matches.length + findings.cancelled.length).toBeGreaterThanOrEqual(1);
    expect(findings.matches.length).toBeLessThanOrEqual(MAX_LISTED);
    expect(microseconds).toBeLessThan(LONG * MOST_US);
  });

  it('may have 10 MB', () => {
    const { findings, microseconds } = classified(hostileText('combining marks', TEN_MB, match));
    expect(findings.matches.length + findings.cancelled.length).toBeGreaterThanOrEqual(1);
    expect(microseconds).toBeLessThan(TEN_MB * MOST_US);
  });

  it('of rules that match again and again gives a verdict that a person can read', () => {
    const { findings, microseconds } = classified(`${match}\n`.repeat(LONG / (match.length + 1)));
    expect(findings.matches.length).toBeLessThanOrEqual(MAX_LISTED);
    expect(JSON.stringify(findings).length).toBeLessThan(LONG);
    expect(microseconds).toBeLessThan(LONG * MOST_US);
  });
});
