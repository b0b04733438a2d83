import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClassifier } from '@vigil/classifier/engine';
import { ImportLine } from '@vigil/contracts';
import {
  ACCOUNTS,
  HIT_EVERY,
  isHit,
  isSampled,
  line,
  numberOf,
  packFiles,
  PATTERNS,
  ruleOf,
  SAMPLE_RULE,
  sourceOf,
  SOURCES,
} from './corpus.js';

describe('the posts of the pipeline bench', () => {
  test('hit exactly where they are meant to, by every phrase of the pack', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vigil-corpus-'));
    try {
      await mkdir(path.join(folder, 'rules'));
      for (const [name, text] of Object.entries(packFiles())) await writeFile(path.join(folder, name), text);
      const classifier = await createClassifier([folder]);
      expect(classifier.ruleset.rules).toHaveLength(Math.ceil((PATTERNS - 1) / 10) + 1);
      const hits = new Set<string>();
      for (let n = 0; n < PATTERNS * HIT_EVERY; n += 1) {
        // All posts that should hit, and some of the others.
        if (!isHit(n) && n % 50 !== 1) continue;
        const post = ImportLine.parse(JSON.parse(line(n, '2026-11-21T00:00:00.000Z')));
        const rules = classifier.classifyLine(post).matches.map((match) => match.rule as string);
        const expected = isHit(n)
          ? [ruleOf((n / HIT_EVERY) % (PATTERNS - 1)), ...(isSampled(n) ? [SAMPLE_RULE] : [])]
          : [];
        expect([n, [...new Set(rules)].sort()]).toEqual([n, expected.sort()]);
        rules.forEach((rule) => hits.add(rule));
      }
      expect(hits.size).toBe(classifier.ruleset.rules.length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('come from all sources and accounts, and are told apart by their ids', () => {
    const posts = Array.from({ length: ACCOUNTS }, (_, n) =>
      ImportLine.parse(JSON.parse(line(n, '2026-11-21T00:00:00Z'))),
    );
    expect(new Set(posts.map((post) => post.author)).size).toBe(ACCOUNTS);
    expect(new Set(posts.map((_, n) => sourceOf(n))).size).toBe(SOURCES);
    expect(new Set(posts.map((post) => post.text)).size).toBe(ACCOUNTS);
    expect(numberOf(`bench:${posts[4_711]?.id}`)).toBe(4_711);
  });
});
