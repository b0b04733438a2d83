import { describe, expect, it } from '@jest/globals';
import { entitiesIn } from './entities.js';
import { coinOf } from './wallets.js';

/** Addresses as the coins' own documents and tests publish them; nobody is paid by them. */
const ADDRESSES = [
  ['bitcoin', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
  ['bitcoin', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'],
  ['bitcoin', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ['bitcoin', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'],
  ['bitcoin', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  ['ethereum', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['ethereum', '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'],
  ['tron', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  [
    'monero',
    '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A',
  ],
] as const;

describe('coinOf', () => {
  it.each(ADDRESSES)('knows %s by its checksum: %s', (coin, address) => {
    expect(coinOf(address)).toBe(coin);
  });

  it.each(ADDRESSES)('refuses %s with one letter wrong: %s', (_, address) => {
    const at = address.length - 3;
    const other = address[at] === 'a' ? 'b' : 'a';
    expect(coinOf(address.slice(0, at) + other + address.slice(at + 1))).toBeNull();
  });

  it('refuses what carries no checksum, or the wrong one of two', () => {
    expect(coinOf('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')).toBeNull();
    expect(coinOf('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh')).toBeNull();
    for (const text of ['', '0x', 'bc1', '1'.repeat(34), 'z'.repeat(95), '\ud800'.repeat(106)])
      expect(coinOf(text)).toBeNull();
  });
});

describe('entitiesIn', () => {
  it('finds ways of payment and contact where they stand, each value once', () => {
    const [, address] = ADDRESSES[0];
    const text = `Give: ${address}, mail Help@Example.org or +44 (20) 7946-0000, t.me/s/GreenBanner t.me/greenbanner`;
    const found = entitiesIn(text);
    expect(found.map(({ kind, type, value }) => `${kind} ${type} ${value}`)).toEqual([
      `financing bitcoin ${address}`,
      'contact mail help@example.org',
      'contact phone +442079460000',
      'contact telegram greenbanner',
    ]);
    expect(text.slice(found[1]?.span.start, found[1]?.span.end)).toBe('Help@Example.org');
  });

  it.each([
    ['whatsapp', 'wa.me/442079460000', '+442079460000'],
    ['matrix', 'write @gardener:example.org', '@gardener:example.org'],
    ['threema', 'https://threema.id/ABCD1234', 'ABCD1234'],
    ['session', `id 05${'ab'.repeat(32)}`, `05${'ab'.repeat(32)}`],
    ['signal', 'https://signal.me/#p/+442079460000', 'signal.me/#p/+442079460000'],
  ])('finds %s', (type, text, value) => {
    expect(entitiesIn(text)).toMatchObject([{ kind: 'contact', type, value }]);
  });

  it.each([
    'a price of +100, a score of 3+4, 2026-11-21',
    'see example.org/t.me, at.me/abcd',
    `x${ADDRESSES[0][1]}`,
    `${ADDRESSES[0][1]}x`,
    'user@localhost',
  ])('finds nothing in “%s”', (text) => {
    expect(entitiesIn(text)).toEqual([]);
  });

  it('takes hostile texts within bounds', () => {
    const before = process.threadCpuUsage();
    for (const unit of ['a', '1', 'a@', '+1 ', '0x', 'bc1', '@a:', 't.me/', '\ud800', `${'1a'.repeat(17)} `])
      entitiesIn(unit.repeat(200_000 / unit.length));
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(10_000);
  });
});
