import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  AlertQuery,
  ChannelDraft,
  DecideRequest,
  eventTimeOf,
  HitQuery,
  ImportLine,
  isVigilError,
  parse,
  SignIn,
  SourceDraft,
  SourcePatch,
  VolumeQuery,
} from './index.js';

const REQUESTS = {
  AlertQuery,
  ChannelDraft,
  DecideRequest,
  HitQuery,
  ImportLine,
  SignIn,
  SourceDraft,
  SourcePatch,
  VolumeQuery,
};
/** Each schema in `npm test`; ten times as many in `npm run soak`. */
const RUNS = process.env.VIGIL_SOAK === '1' ? 100_000 : 10_000;

const draft = {
  id: 'field-notes',
  name: 'Field notes',
  locator: { kind: 'rss', url: 'https://notes.example/feed.xml' },
  justification: {
    reason: 'Named in a report as an outlet',
    approvedBy: 'A. Reviewer',
    until: '2027-01-01T00:00:00Z',
  },
};

describe('what comes in over HTTP', () => {
  it.each(Object.entries(REQUESTS))('%s answers anything with a value or a named error', (name, schema) => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...keysOf(schema), 'else'), fc.anything())),
        (input) => {
          try {
            parse<unknown>(schema, input, name);
          } catch (error) {
            if (!isVigilError(error, 'bad-input')) throw error;
            expect(error.message.startsWith(`${name}: `)).toBe(true);
            expect(error.fields.length).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});

describe('a query', () => {
  it.each([
    [HitQuery, { langauges: 'fr' }, 'Unrecognized key: "langauges"'],
    [AlertQuery, { state: 'open' }, 'Unrecognized key: "state"'],
    [VolumeQuery, { demo: 'perhaps' }, 'demo: true or false'],
  ])('is refused rather than read as if a filter were not there', (schema, query, says) => {
    expect(() => parse<unknown>(schema, query, 'query')).toThrow(says);
  });
});

describe('a webhook', () => {
  it('keeps no password in an address that is shown and logged', () => {
    const draft = { kind: 'webhook', name: 'Desk', url: 'https://me:secret@desk.example/hook' };
    expect(() => parse(ChannelDraft, draft, 'channel')).toThrow(
      'url: an address without a user name or password',
    );
  });
});

describe('a source', () => {
  it('has defaults for all but what an operator must say', () => {
    expect(parse(SourceDraft, draft, 'source')).toMatchObject({
      labels: { region: 'global', languages: [], context: 'unknown' },
      schedule: { everySeconds: 300 },
      paused: false,
    });
  });

  it.each([
    ['without a justification', { justification: undefined }, 'justification'],
    [
      'with a thin one',
      { justification: { ...draft.justification, reason: 'because' } },
      'justification.reason: at least 10 characters: say why',
    ],
    ['with a kind nobody knows', { locator: { kind: 'carrier-pigeon' } }, 'locator.kind'],
    [
      'with an address that is no web address',
      { locator: { kind: 'rss', url: 'file:///etc/passwd' } },
      'locator.url',
    ],
    ['with a field that does not exist', { frequency: 5 }, 'Unrecognized key'],
    [
      'polled without manners',
      { schedule: { everySeconds: 1 } },
      'schedule.everySeconds: at least 10 seconds',
    ],
  ])('is refused %s', (_case, change, says) => {
    expect(() => parse(SourceDraft, { ...draft, ...change }, 'source')).toThrow(says);
  });
});

describe('a change of a source', () => {
  it('changes what it names and nothing else', () => {
    expect(parse(SourcePatch, { name: 'Another name' }, 'source')).toEqual({ name: 'Another name' });
  });
});

describe('event time', () => {
  it.each([
    ['the earlier of the two', '2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z', '2026-01-01T10:00:00Z'],
    [
      'collected, where a clock runs ahead',
      '2030-01-01T00:00:00Z',
      '2026-01-01T11:00:00Z',
      '2026-01-01T11:00:00Z',
    ],
    ['collected, where nothing is said', null, '2026-01-01T11:00:00Z', '2026-01-01T11:00:00Z'],
  ])('is %s', (_case, publishedAt, collectedAt, expected) => {
    expect(eventTimeOf({ publishedAt, collectedAt })).toBe(expected);
  });
});

function keysOf(schema: unknown): string[] {
  return typeof schema === 'object' && schema !== null && 'shape' in schema
    ? Object.keys(schema.shape as object)
    : ['kind'];
}
