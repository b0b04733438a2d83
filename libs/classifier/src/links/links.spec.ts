import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameOf, parseAddress } from './address.js';
import { MAX_IN_TEXT, addressesIn } from './in-text.js';
import { LinkBank } from './link-bank.js';
import { addressesOf } from './of-post.js';

const read = (text: string) => {
  const address = parseAddress(text);
  return address && nameOf(address) + (address.query.size > 0 ? `?${address.query.toString()}` : '');
};

describe('an address', () => {
  it.each([
    ['capitals, port, user and double slashes', 'https://me:x@Example.org:8443/A//b', 'example.org/A/b'],
    ['www. and a final dot', 'WWW.example.org./', 'example.org'],
    ['tracking parameters', 'example.org/a?utm_source=x&fbclid=y&id=3#top', 'example.org/a?id=3'],
    ['percent-encoding', 'example.org/%61%20b/%d8%a8', 'example.org/a b/ب'],
    ['percent-encoding that is none', 'example.org/%zz', 'example.org/%zz'],
    ['names of other scripts', 'مثال.إختبار/a', 'xn--mgbh0fb.xn--kgbechtv/a'],
    ['the same in Punycode', 'http://xn--mgbh0fb.xn--kgbechtv/a', 'xn--mgbh0fb.xn--kgbechtv/a'],
    ['ideographic dots', 'example。org', 'example.org'],
    ['a disguise', 'hxxps://example[.]org/a', 'example.org/a'],
    ['invisible characters', 'exa\u200bmple.org', 'example.org'],
    ['another protocol', 'ftp://example.org/a', 'example.org/a'],
    ['a backslash, as browsers do', 'https://example.org\\@evil.org', 'example.org/@evil.org'],
    ['a Telegram channel', 'https://telegram.me/s/Some_Name/12', 't.me/some_name/12'],
    ['its own host', 'some-name.t.me', 'some-name.t.me'],
    ['a host of a channel', 'somename.t.me/12', 't.me/somename/12'],
    ['an invitation', 'https://t.me/joinchat/AbCdEf', 't.me/+AbCdEf'],
    ['a link of the app', 'tg://resolve?domain=Some_Name&post=3', 't.me/some_name'],
    ['a handle on a platform', 'telegram:@Some_Name', 't.me/some_name'],
    ['a handle of the Fediverse', '@Name@Example.org', 'example.org/@name'],
    ['its page', 'https://example.org/users/Name/statuses/1', 'example.org/@name/statuses/1'],
    ['a channel with a word written against it', 't.me/some_name،انضم', 't.me/some_name'],
    ['X by its earlier name', 'https://mobile.twitter.com/@Name/status/1?s=20', 'x.com/name/status/1'],
    ['a video', 'https://www.youtube.com/watch?t=3&v=AbC', 'youtube.com/watch/AbC'],
    ['its short form', 'https://youtu.be/AbC?si=x', 'youtube.com/watch/AbC'],
    ['a page that leads on', 'https://www.google.com/url?q=https%3A%2F%2Ft.me%2Fname&sa=D', 't.me/name'],
    [
      'a page within such a page',
      `https://l.facebook.com/l.php?u=${encodeURIComponent('https://vk.com/away.php?to=example.org')}`,
      'example.org',
    ],
    ['an archived page', 'https://web.archive.org/web/2020id_/https://example.org/x', 'example.org/x'],
  ])('is read in one spelling: %s', (_, text, name) => {
    expect(read(text)).toBe(name);
  });

  it.each([
    '',
    'nowhere',
    'localhost',
    'a b.org',
    '1.50',
    '3.14',
    'mailto:a@example.org',
    'javascript:alert(1).com',
    'http://[::1]/x',
    `${'a.'.repeat(2_500)}org`,
  ])('is none: %s', (text) => expect(read(text)).toBeNull());

  it('is the same with its host in capitals, a port and tracking, and never throws', () => {
    fc.assert(
      fc.property(fc.webUrl(), (link) => {
        const { protocol, hostname, pathname } = new URL(link);
        const other = `${protocol}//WWW.${hostname.toUpperCase()}:8080${pathname}?utm_source=a#b`;
        expect(read(other)).toBe(read(link));
        expect(read(link)).not.toBeNull();
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseAddress(text)));
  });
});

describe('addresses in a text', () => {
  const found = (text: string, platform = '') =>
    addressesIn(text, platform).map(({ address, start, end }) => [nameOf(address), text.slice(start, end)]);

  it.each([
    [
      'between words and stops',
      'See (https://example.org/a), or example.org.',
      [
        ['example.org/a', 'https://example.org/a'],
        ['example.org', 'example.org'],
      ],
    ],
    ['in Arabic, glued to a word', 'القناةt.me/name/5، الآن', [['t.me/name/5', 't.me/name/5']]],
    [
      'one against the other',
      't.me/one,t.me/two،t.me/three|example.org/a,b',
      [
        ['t.me/one', 't.me/one'],
        ['t.me/two', 't.me/two'],
        ['t.me/three', 't.me/three'],
        ['example.org/a,b', 'example.org/a,b'],
      ],
    ],
    ['of another script', 'انظر مثال.إختبار/صفحة.', [['xn--mgbh0fb.xn--kgbechtv/صفحة', 'مثال.إختبار/صفحة']]],
    [
      'disguised',
      'example(.)org/x and hxxp://t[.]me/name',
      [
        ['example.org/x', 'example(.)org/x'],
        ['t.me/name', 'hxxp://t[.]me/name'],
      ],
    ],
    ['behind a bidi mark', '\u200ft.me/name', [['t.me/name', 't.me/name']]],
    [
      'of the Telegram app',
      'tg://resolve?domain=some_name',
      [['t.me/some_name', 'tg://resolve?domain=some_name']],
    ],
    ['as a handle with a host', 'follow @name@example.org!', [['example.org/@name', '@name@example.org']]],
  ])('are found %s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('are no mail addresses and no numbers', () => {
    expect(found('write to name@example.org, at 12.30, for 1.50', 'telegram')).toEqual([]);
  });

  it('are handles where the platform is known, and nothing elsewhere', () => {
    expect(found('with @Some_Name', 'telegram')).toEqual([['t.me/some_name', '@Some_Name']]);
    expect(found('with @Some_Name', 'x')).toEqual([['x.com/some_name', '@Some_Name']]);
    expect(found('with @Some_Name', 'rss')).toEqual([]);
  });

  it('have their place in the text, whatever surrounds them', () => {
    const noise = fc.string({
      unit: fc.constantFrom(' ', 'ب', '(', '.', '@', '\u200b', '\n', '/', '"', '🔥'),
      maxLength: 20,
    });
    fc.assert(
      fc.property(noise, noise, (before, after) => {
        const text = `${before} example.org/a ${after}`;
        const hit = addressesIn(text, '').find(({ address }) => nameOf(address) === 'example.org/a');
        expect(hit && text.slice(hit.start, hit.end)).toBe('example.org/a');
      }),
    );
  });

  it.each([
    ['labels', 'a.'.repeat(100_000)],
    ['dots', '.'.repeat(200_000)],
    ['hosts', 'a.bb '.repeat(40_000)],
    ['handles', '@ab'.repeat(66_000)],
    ['brackets behind hosts', `t.aa/${')'.repeat(1_900)}b `.repeat(100)],
    ['schemes', 'http://'.repeat(28_000)],
  ])('take no long time in a text of %s', (_, text) => {
    const before = process.threadCpuUsage();
    expect(addressesIn(text, 'telegram').length).toBeLessThanOrEqual(MAX_IN_TEXT);
    const { user } = process.threadCpuUsage(before);
    expect(user / 1e6).toBeLessThan(1);
  });
});

describe('a bank of links', () => {
  const listed = ['example.org', 'files.example.net/a/b', 't.me/name', 'example.com/view?id=5', 'other.org'];
  const bank = LinkBank.build(listed.map((address, of) => ({ of, address })));
  const owners = (link: string) => {
    const address = parseAddress(link);
    return address ? bank.find(address).map(({ of }) => of) : null;
  };

  it.each([
    ['the domain', 'https://example.org', [0]],
    ['a domain under it', 'https://a.b.example.org/x', [0]],
    ['no other domain that ends alike', 'https://notexample.org', []],
    ['below the path', 'https://files.example.net/a/b/c?d', [1]],
    ['whole segments alone', 'https://files.example.net/a/bc', []],
    ['above the path', 'https://files.example.net/a', []],
    ['the path of a domain under it', 'https://x.files.example.net/a/b', [1]],
    ['a post of a channel', 'https://telegram.me/s/NAME/5', [2]],
    ['another channel', 'https://t.me/name2', []],
    ['a query with the parameter', 'https://example.com/view?x=1&id=5', [3]],
    ['a query without it', 'https://example.com/view?id=55', []],
  ])('has %s', (_, link, expected) => {
    expect(owners(link)).toEqual(expected);
  });

  it('tells every owner of an address once, by the longest of theirs', () => {
    const shared = LinkBank.build([
      { of: 1, address: 'example.org' },
      { of: 1, address: 'example.org/a' },
      { of: 2, address: 'example.org/a' },
    ]);
    const address = parseAddress('https://example.org/a/b');
    expect(address && shared.find(address)).toEqual([
      { of: 1, name: 'example.org/a' },
      { of: 2, name: 'example.org/a' },
    ]);
  });

  it('answers from 100,000 addresses as from a few', () => {
    const large = LinkBank.build(
      Array.from({ length: 100_000 }, (__, of) => ({ of, address: `host${of % 5_000}.example/${of}/page` })),
    );
    expect(large.size).toBe(100_000);
    const address = parseAddress('https://a.b.host77.example/5077/page/more/and/more');
    expect(address && large.find(address)).toEqual([{ of: 5_077, name: 'host77.example/5077/page' }]);
  });
});

describe('what a post names', () => {
  it('is told with where', () => {
    const named = addressesOf({
      text: 'Look: bit.ly/abc and example.org',
      platform: 'telegram',
      links: ['https://bit.ly/abc', 'https://other.org/x'],
      redirects: [{ from: 'https://bit.ly/abc', to: 'https://t.me/name' }],
      forwardedFrom: '@Channel_Name',
    });
    expect(
      named.map(({ address, in: where, span }) => [nameOf(address), where, span?.start ?? null]),
    ).toEqual([
      ['bit.ly/abc', 'text', 6],
      ['example.org', 'text', 21],
      ['bit.ly/abc', 'links', null],
      ['other.org/x', 'links', null],
      ['t.me/name', 'redirects', 6],
      ['t.me/channel_name', 'forwardedFrom', null],
    ]);
  });

  it('is no name of whom it forwards', () => {
    expect(addressesOf({ text: '', platform: 'telegram', forwardedFrom: 'A Channel of Mine' })).toEqual([]);
  });
});
