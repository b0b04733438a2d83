import { decodeDocument } from './encoding.js';
import { parseFeed } from './parse-feed.js';

const parse = (text: string, headers: Record<string, string> = {}) =>
  parseFeed(Buffer.from(text), { url: 'https://example.org/blog/feed', headers });

describe('encodings', () => {
  const bytes = (...parts: (number[] | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
  const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

  it.each([
    ['UTF-8 that says nothing', Buffer.from('<a>ثابت</a>'), undefined, '<a>ثابت</a>', 'utf-8'],
    [
      'UTF-8 labelled as Latin',
      Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?>é'),
      'text/xml; charset=iso-8859-1',
      '<?xml version="1.0" encoding="iso-8859-1"?>é',
      'utf-8',
    ],
    [
      'a byte order mark against a wrong label',
      bytes([0xef, 0xbb, 0xbf], Buffer.from('é')),
      'text/xml; charset=windows-1251',
      'é',
      'utf-8',
    ],
    [
      'windows-1256 by declaration',
      bytes(Buffer.from('<?xml version="1.0" encoding="windows-1256"?>'), [0xc8, 0xc7, 0xde]),
      undefined,
      '<?xml version="1.0" encoding="windows-1256"?>باق',
      'windows-1256',
    ],
    [
      'windows-1251 by Content-Type',
      bytes([0xcf, 0xf0, 0xe8]),
      'text/xml; charset="windows-1251"',
      'При',
      'windows-1251',
    ],
    ['the source language where nobody says', bytes([0xc8, 0xc7, 0xde]), undefined, 'باق', 'windows-1256'],
    [
      'UTF-16 little endian',
      bytes([0xff, 0xfe], Buffer.from('<a/>', 'utf16le')),
      undefined,
      '<a/>',
      'utf-16le',
    ],
    ['UTF-16 big endian without a mark', utf16be('<a/>'), undefined, '<a/>', 'utf-16be'],
    ['UTF-32', bytes([0xff, 0xfe, 0, 0], [0x3c, 0, 0, 0]), undefined, '<', 'utf-32le'],
    ['an unknown label', Buffer.from('<a/>'), 'text/xml; charset=klingon', '<a/>', 'utf-8'],
  ] as const)('%s', (_, document, contentType, text, encoding) => {
    expect(decodeDocument(document, contentType, ['ar'])).toEqual({ text, encoding });
  });
});

describe('formats', () => {
  it('JSON Feed', () => {
    const feed = parse(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'J',
        language: 'ar',
        items: [
          {
            id: 7,
            url: '/7',
            title: 'seven',
            content_html: '<p>seven<script>x</script></p>',
            date_published: '2026-11-21T09:00:00Z',
            authors: [{ name: 'A' }],
            attachments: [{ url: '/a.mp3', mime_type: 'audio/mpeg' }],
          },
          'nonsense',
          { id: 'https://example.org/8', content_text: 'eight', title: 9 },
        ],
      }),
    );
    expect(feed).toMatchObject({ version: 'json11', language: 'ar', title: { value: 'J' } });
    expect(feed.entries).toMatchObject([
      {
        id: '7',
        link: 'https://example.org/7',
        content: [{ value: '<p>seven</p>' }],
        author: { name: 'A' },
        published: { at: Date.UTC(2026, 10, 21, 9) },
        links: [{ rel: 'alternate' }, { href: 'https://example.org/a.mp3', rel: 'enclosure' }],
      },
      { id: 'https://example.org/8', title: null, content: [{ value: 'eight', type: 'text/plain' }] },
    ]);
  });

  it('RDF, with items beside the channel and Dublin Core', () => {
    const feed =
      parse(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
      <channel rdf:about="https://example.org/"><title>R</title><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel>
      <item rdf:about="https://example.org/1"><title>one</title><link>https://example.org/1</link><d:date>2026-11-21</d:date><d:creator>A</d:creator></item></rdf:RDF>`);
    expect(feed).toMatchObject({ version: 'rss10', patienceMs: 1_800_000, title: { value: 'R' } });
    expect(feed.entries).toMatchObject([
      {
        id: 'https://example.org/1',
        link: 'https://example.org/1',
        author: { name: 'A' },
        updated: { at: Date.UTC(2026, 10, 21) },
      },
    ]);
  });

  it('Atom, with types, bases and languages', () => {
    const feed =
      parse(`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="/a/"><title type="html">&lt;i>T&lt;/i></title>
      <link rel="self" href="feed"/><link href="../b"/>
      <entry xml:lang="ar"><id>tag:example.org,2026:1</id><title>x &lt; y</title><link rel="enclosure" href="s.ogg" type="audio/ogg"/><link href="p"/>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">one <a href="q">two</a> &amp; three</div></content></entry></feed>`);
    expect(feed).toMatchObject({
      version: 'atom10',
      language: 'fr',
      link: 'https://example.org/b',
      title: { value: '<i>T</i>' },
    });
    expect(feed.entries).toMatchObject([
      {
        id: 'tag:example.org,2026:1',
        link: 'https://example.org/a/p',
        title: { value: 'x < y', type: 'text/plain', language: 'ar' },
        content: [{ value: 'one <a href="https://example.org/a/q">two</a> &amp; three' }],
      },
    ]);
  });

  it('RSS: a title that looks like HTML is, one that only has a sign is not; entities of HTML need no declaration', () => {
    const feed = parse(
      '<rss version="2.0"><channel><item><title>a &lt;b&gt;bold&lt;/b&gt; word</title></item><item><title>1 &lt; 2 caf&eacute;</title></item></channel></rss>',
    );
    expect(feed.entries.map((entry) => [entry.title?.value, entry.title?.type])).toEqual([
      ['a <b>bold</b> word', 'text/html'],
      ['1 < 2 café', 'text/plain'],
    ]);
  });

  it('what breaks off is read as far as it goes', () => {
    expect(
      parse(
        '<rss><channel><title>t</title><item><guid>urn:1</guid><description>one</description></item><item><guid>urn:2</guid><description>tw',
      ).entries.map((entry) => entry.summary?.value),
    ).toEqual(['one', 'tw']);
  });

  it.each([
    ['', 'the document is empty'],
    ['Hello', 'the document holds no XML element: it is no feed'],
    ['<html></html>', 'this is a web page (its feed may be linked from it), not an RSS, Atom or RDF feed'],
    ['<opml version="1.0"/>', 'this is an XML document <opml>, not an RSS, Atom or RDF feed'],
    ['{"a":1}', 'the JSON document is no JSON Feed: a list of at most 20,000 items is expected in `items`'],
    ['{', 'the document begins like JSON and is none'],
  ])('refuses %j by name', (document, message) => {
    expect(() => parse(document)).toThrow(expect.objectContaining({ code: 'unparsable-feed', message }));
  });
});
