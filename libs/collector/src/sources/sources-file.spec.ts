import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isVigilError } from '@vigil/contracts';
import { loadSourcesFile, parseSources } from './sources-file.js';

const GOOD = `sources:
  - id: example-news
    name: Example News
    locator: { kind: rss, url: https://example.org/feed }
    labels: { region: sahel, languages: [fr, ar], context: news }
    justification:
      reason: covers the region in question
      approvedBy: A. Approver
      until: 2027-01-01T00:00:00Z
`;

function refusal(text: string): string {
  try {
    parseSources(text, 'sources.yaml');
  } catch (error) {
    if (isVigilError(error, 'bad-input')) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the sources file', () => {
  it('gives drafts with their defaults, from a list, under `sources`, or one alone', async () => {
    const [draft] = parseSources(GOOD, 'sources.yaml');
    expect(draft).toMatchObject({
      id: 'example-news',
      schedule: { everySeconds: 300 },
      paused: false,
      labels: { languages: ['fr', 'ar'] },
    });
    const list = GOOD.split('\n').slice(1).join('\n');
    expect(parseSources(list, 'x')).toEqual([draft]);
    const single = list.replace('  - id', '    id');
    expect(parseSources(single, 'x')).toEqual([draft]);
    const folder = await mkdtemp(join(tmpdir(), 'vigil-sources-'));
    await writeFile(join(folder, 's.yaml'), GOOD);
    expect(await loadSourcesFile(join(folder, 's.yaml'))).toEqual([draft]);
    await rm(folder, { recursive: true });
    await expect(loadSourcesFile(join(folder, 's.yaml'))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('cannot be read'),
    });
  });

  it('refuses with file, line and field, all faults at once', () => {
    const bad = GOOD.replace('id: example-news', 'id: Example News')
      .replace('context: news', 'context: gossip')
      .replace('      approvedBy: A. Approver\n', '');
    const message = refusal(bad);
    expect(message).toContain('sources.yaml:2: sources.0.id: lower-case letters');
    expect(message).toContain('sources.yaml:5: sources.0.labels.context: ');
    expect(message).toContain('sources.yaml:7: sources.0.justification.approvedBy: ');
  });

  it('refuses unknown fields, repeated ids, broken YAML and alias bombs by name', () => {
    expect(refusal(GOOD.replace('name:', 'nmae:'))).toMatch(/sources\.0.*nmae/);
    expect(refusal(GOOD + GOOD.split('\n').slice(1).join('\n'))).toContain(
      'sources.yaml:10: id: example-news stands already in line 2',
    );
    expect(refusal('sources: [')).toMatch(/^sources.yaml was refused.*\nsources.yaml:1:\d+: not YAML/);
    expect(refusal('sources: 5')).toContain('sources: a list is expected');
    expect(refusal('')).toContain('a list of sources is expected');
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefg'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdef'[at]},`.repeat(10)}]`),
      'sources: *g',
    ].join('\n');
    expect(refusal(bomb)).toMatch(/aliases|a list is expected/);
  });

  it('crashes on nothing', () => {
    const parts = fc.constantFrom(
      'sources:',
      '- id: a',
      '\n',
      '  ',
      'locator:',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '"',
      ': ',
      '!!binary x',
      '? ',
      '|',
      '%YAML',
      '---',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join('')),
        ),
        (text) => {
          try {
            parseSources(text, 'f');
          } catch (error) {
            expect(error).toMatchObject({ name: 'VigilError', code: 'bad-input' });
          }
        },
      ),
      { numRuns: process.env['VIGIL_SOAK'] ? 100_000 : 10_000 },
    );
  });
});
