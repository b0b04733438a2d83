import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { isVigilError, PostEvent, SourceId, type SourceDraft } from '@vigil/contracts';
import { describeWithShared } from '@vigil/testing';
import type { WatchedSource } from '../connector.js';
import { parseDate } from './dates.js';
import { postOfEntry } from './feed-posts.js';
import { cleanMarkup, readMarkup } from './markup.js';
import { parseFeed } from './parse-feed.js';

/** Ten times as many in `npm run soak`. */
const RUNS = process.env['VIGIL_SOAK'] ? 100_000 : 10_000;
/** A feed of normal size takes some milliseconds, these up to 0.7 s; quadratic work would take minutes. Room for a busy machine. */
const MAX_MS = 5_000;

const labels: SourceDraft['labels'] = { region: 'global', languages: ['ar'], context: 'unknown' };
const source: WatchedSource = {
  id: SourceId.parse('fuzz'),
  locator: { kind: 'rss', url: 'https://example.org/feed' },
  labels,
  schedule: { everySeconds: 60 },
  demo: false,
  createdAt: '2026-01-01T00:00:00.000Z',
};

/** Everything a poll does with a document: parses or is refused by name; whatever is published is a valid event. */
function collect(bytes: Uint8Array, contentType = 'application/xml'): number {
  try {
    const feed = parseFeed(bytes, {
      url: 'https://example.org/feed',
      headers: { 'content-type': contentType },
      languages: ['ar'],
    });
    const posts = feed.entries.flatMap(
      (entry) => postOfEntry(entry, feed, source, 'https://example.org/feed') ?? [],
    );
    for (const post of posts) PostEvent.parse(post.event(0, '2026-11-21T12:00:00.000Z', null));
    return posts.length;
  } catch (error) {
    if (!isVigilError(error, 'unparsable-feed')) throw error;
    return 0;
  }
}

function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

const fragment = fc.constantFrom(
  '<rss version="2.0"><channel>',
  '<item>',
  '</item>',
  '<feed xmlns="http://www.w3.org/2005/Atom">',
  '<entry>',
  '</entry>',
  '<title type="xhtml">',
  '</title>',
  '<link href="',
  '"/>',
  '<content type="application/x" mode="base64">',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?xml version="1.0" encoding="',
  '"?>',
  '&lt;b&gt;',
  '&#x110000;',
  '&#0;',
  '&eacute;',
  '&unknown;',
  '<pubDate>',
  '</pubDate>',
  ' xml:base="',
  'javascript:alert(1)',
  '<a xmlns:a="http://purl.org/dc/elements/1.1/">',
  '{"version":"https://jsonfeed.org/version/1.1","items":[',
  '{"id":1,"content_html":"<p>"}',
  ']}',
  '\u0000',
  '\uD800',
  'http://[//',
  '2026-11-21',
  '<guid>',
  '</guid>',
  '__proto__',
  'constructor',
  '<media:content url="http://x.example/',
  'http://example.org/',
  '</',
  '<',
  '>',
  '"',
  "'",
  '=',
);

describe('hostile feeds', () => {
  it('crash nothing: random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.constantFrom('text/xml', 'text/xml; charset=utf-16', 'x; charset=shift_jis'),
        (bytes, type) => void collect(bytes, type),
      ),
      { numRuns: RUNS },
    );
  });

  it('crash nothing: fragments of feeds in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fragment, fragment, fc.string({ unit: 'binary' })), { maxLength: 60 }),
        (parts) => void collect(Buffer.from(parts.join(''))),
      ),
      { numRuns: RUNS },
    );
  });

  describeWithShared('made of real ones', 'data/feeds', (folder) => {
    it('crash nothing: bytes changed and cut off', () => {
      const documents = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
      fc.assert(
        fc.property(
          fc.nat({ max: documents.length - 1 }),
          fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 20 }),
          fc.nat(),
          (at, changes, cut) => {
            const bytes = Buffer.from(documents[at] ?? []);
            for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
            collect(bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length));
          },
        ),
        { numRuns: RUNS },
      );
    });
  });

  it('never expand declared entities: no bomb, no file of ours', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
      .split('')
      .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at]};`.repeat(10)}">`)
      .join('')}
      <!ENTITY file SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&j;&file;</title><guid>urn:1</guid></item></channel></rss>`;
    const feed = parseFeed(Buffer.from(bomb), { url: '', headers: {} });
    expect(feed.entries[0]?.title?.value.length ?? 0).toBeLessThan(100);
  });

  it.each([
    ['nested elements', '<rss><channel><item><description>' + '<b>'.repeat(200_000)],
    ['nested elements of one name', '<feed>'.repeat(100_000)],
    [
      'nested escaped markup',
      `<rss><channel><item><guid>urn:1</guid><description>${'&lt;b&gt;'.repeat(200_000)}${'&lt;/i&gt;'.repeat(200_000)}</description></item></channel></rss>`,
    ],
    ['many elements', '<rss><channel>' + '<item/>'.repeat(400_000)],
    [
      'many attributes',
      `<rss><channel><item ${Array.from({ length: 100_000 }, (_, at) => `a${at}="x"`).join(' ')}><guid>urn:1</guid></item></channel></rss>`,
    ],
    [
      'a huge attribute',
      `<rss><channel><item><link href="https://example.org/${'x'.repeat(2_000_000)}"/></item></channel></rss>`,
    ],
    ['angle brackets', `<rss><channel><item><description>${'<'.repeat(1_000_000)}`],
    [
      'escaped angle brackets',
      `<rss><channel><item><description>${'&lt;'.repeat(500_000)}</description></item></channel></rss>`,
    ],
    ['ampersands', `<rss><channel><item><title>${'&'.repeat(1_000_000)}</title></item></channel></rss>`],
    [
      'spaces',
      `<rss><channel><item><title>${' '.repeat(1_000_000)}x${' '.repeat(1_000_000)}</title><pubDate>${' '.repeat(500_000)}</pubDate></item></channel></rss>`,
    ],
    [
      'a long date',
      `<rss><channel><item><title>x</title><pubDate>${'1 '.repeat(500_000)}</pubDate></item></channel></rss>`,
    ],
    [
      'a long author',
      `<rss><channel><item><title>x</title><author>${'a@'.repeat(500_000)}</author></item></channel></rss>`,
    ],
    [
      'namespaces',
      '<rss><channel>' +
        Array.from(
          { length: 150 },
          (_, at) =>
            `<x${at} ${Array.from({ length: 90 }, (_, one) => `xmlns:n${at}_${one}="u"`).join(' ')}>`,
        ).join(''),
    ],
    ['nested JSON', `{"items":${'['.repeat(100_000)}`],
  ])('are read or refused in bounded time: %s', (_, document) => {
    expect(timed(() => void collect(Buffer.from(document)))).toBeLessThan(MAX_MS);
  });

  it('leave no script in markup, however it is written', () => {
    const hidden = [
      '<script>alert(1)</script>x',
      '<SCRIPT SRC=//evil.example/x.js></SCRIPT>x',
      '<a href="javascript:alert(1)">x</a>',
      '<a href="&#106;avascript&colon;alert(1)">x</a>',
      '<a href="java\nscript:alert(1)">x</a>',
      '<img src=x onerror=alert(1)>x',
      '<svg onload=alert(1)>x</svg>',
      '<p style="background:url(javascript:alert(1))">x</p>',
      '<iframe src="data:text/html,<script>alert(1)</script>"></iframe>x',
      '<style>@import "x"</style>x',
      '<<script>alert(1)</script>x',
      '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    ];
    for (const html of hidden) {
      expect(cleanMarkup(html, 'https://example.org/')).not.toMatch(
        /<(?:script|svg|iframe|style)|onerror|onload|javascript:|data:|style=/i,
      );
      expect(readMarkup(html, '').text).toMatch(/^(?:<)?x?$/);
    }
  });

  it('give clean markup whose reading is that of the original', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '<p>',
            '</p>',
            '<b>',
            '</b>',
            '<br>',
            'text ',
            '&amp;',
            '&eacute;',
            'ثابت',
            '<a href="/x">',
            '</a>',
            ' ',
            '\n',
          ),
        ),
        (parts) => {
          const html = parts.join('');
          expect(readMarkup(cleanMarkup(html, 'https://example.org/'), '').text).toBe(
            readMarkup(html, '').text,
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('have dates that are instants or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.stringMatching(/^[0-9:/T.+ -]{0,30}$/),
          fc.date({ noInvalidDate: true }).map(String),
        ),
        (text) => {
          const at = parseDate(text);
          expect(at === null || !Number.isNaN(new Date(at).getTime())).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
