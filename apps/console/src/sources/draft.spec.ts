import { describe, expect, it } from '@jest/globals';
import { Source } from '@vigil/contracts';
import { checkFields, EMPTY, fieldsOf, idFrom } from './draft.js';

const filled = {
  ...EMPTY,
  id: 'field-notes',
  name: 'Field notes',
  url: 'https://notes.example/feed.xml',
  reason: 'Named in a report as an outlet',
  approvedBy: 'A. Reviewer',
  until: '2027-01-01',
};

describe('checkFields', () => {
  it('makes a draft that counts the last day to its end', () => {
    const { draft } = checkFields(filled);
    expect(draft).toMatchObject({
      locator: { kind: 'rss', url: 'https://notes.example/feed.xml' },
      justification: { until: '2027-01-01T23:59:59Z' },
      schedule: { everySeconds: 300 },
    });
  });

  it('says of every field what it takes, under the path the server would use', () => {
    const { errors } = checkFields(EMPTY);
    expect([...(errors?.keys() ?? [])].sort()).toEqual(
      [
        'id',
        'justification.approvedBy',
        'justification.reason',
        'justification.until',
        'locator.url',
        'name',
      ].sort(),
    );
    expect(errors?.get('justification.reason')).toMatch(/^At least 10 characters/);
  });

  it('keeps what the form has no field for', () => {
    const source = Source.parse({
      ...checkFields({ ...filled, kind: 'import', fromKind: 'file', file: 'a.ndjson', mode: 'replay' }).draft,
      labels: { region: 'sahel', actor: { name: 'An outlet', affiliation: 'unofficial' } },
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
      demo: false,
      health: {
        state: 'ok',
        lastPollAt: null,
        lastSuccessAt: null,
        nextPollAt: null,
        lastError: null,
        consecutiveFailures: 0,
        postsCollected: 0,
      },
    });
    const fast = { ...source, locator: { ...source.locator, speed: 60 } } as Source;
    const { draft } = checkFields(fieldsOf(fast), fast);
    expect(draft).toMatchObject({
      locator: { speed: 60, from: { file: 'a.ndjson' } },
      labels: source.labels,
    });
  });
});

describe('idFrom', () => {
  it.each([
    ['Field notes (FR)', 'field-notes-fr'],
    ['Été à Bamako', 'ete-a-bamako'],
    ['صدى', ''],
  ])('%s → %s', (name, id) => expect(idFrom(name)).toBe(id));
});
