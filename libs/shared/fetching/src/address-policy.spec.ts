import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { addressPolicy, checkUrl, isAllowed, refusalOf } from './address-policy.js';

const nobody = addressPolicy([]);

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.254',
    '127.0.0.1',
    '127.255.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.1.1.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:8.8.8.8',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '64:ff9b::8.8.8.8',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '3fff::1',
    '100::1',
    '5f00::1',
    '2a00:1450::5efe:10.0.0.1',
    'nonsense',
    '',
  ])('refuses %s', (address) => {
    expect(refusalOf(address)).not.toBeNull();
  });

  it.each([
    '8.8.8.8',
    '93.184.216.34',
    '100.63.255.255',
    '100.128.0.1',
    '172.32.0.1',
    '2606:2800:220:1::1',
    '2a00:1450:4001::200e',
  ])('allows %s', (address) => {
    expect(refusalOf(address)).toBeNull();
  });

  it('allows no IPv6 address that carries a private IPv4 one in a known way', () => {
    const privateV4 = fc.constantFrom('10.0.0.1', '127.0.0.1', '169.254.169.254', '192.168.0.1');
    const wrapper = fc.constantFrom(
      (v4: string) => `::ffff:${v4}`,
      (v4: string) => `::${v4}`,
      (v4: string) => `64:ff9b::${v4}`,
      (v4: string) => `64:ff9b:1:ffff::${v4}`,
      (v4: string) =>
        `2002:${ipaddr.IPv4.parse(v4).toIPv4MappedAddress().toNormalizedString().split(':').slice(-2).join(':')}::1`,
    );
    fc.assert(fc.property(privateV4, wrapper, (v4, wrap) => refusalOf(wrap(v4)) !== null));
  });
});

describe('URLs', () => {
  it.each([
    'ftp://example.org/',
    'file:///etc/passwd',
    'gopher://example.org/',
    'http://user@example.org/',
    'https://u:p@example.org/',
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://１２７.０.０.１/',
    'http:\\\\127.0.0.1\\',
    'http://127.0.0.1./',
    'http://134744072/',
    'http://0x8.8.8.8/',
    'http://010.8.8.8/',
    'http://8.8.8.8./',
    'http://example.org:25/',
    'http://example.org:6379/',
    `http://example.org/${'x'.repeat(9_000)}`,
  ])('refuses %s', (url) => {
    expect(() => checkUrl(nobody, url)).toThrow(expect.objectContaining({ code: 'refused-address' }));
  });

  it.each([
    'http://8.8.8.8/',
    'https://8.8.8.8:8443/a?b',
    'http://example.org',
    'https://EXAMPLE.org:8080/',
    'http://[2606:2800:220:1::1]/',
  ])('takes %s', (url) => {
    expect(checkUrl(nobody, url).protocol).toMatch(/^https?:$/);
  });

  it('resolves a relative Location against a host given by address', () => {
    const base = checkUrl(nobody, 'http://8.8.8.8/feed');
    expect(checkUrl(nobody, '/other', base).href).toBe('http://8.8.8.8/other');
    expect(() => checkUrl(nobody, '//0x08080808/other', base)).toThrow('unusual');
  });

  it('allows what the operator names: a host on any port, or one port', () => {
    const policy = addressPolicy(['Intranet.example', '127.0.0.1:8080', '[::1]:9000']);
    expect(isAllowed(policy, 'intranet.example.', 25)).toBe(true);
    expect(isAllowed(policy, '127.0.0.1', 8080)).toBe(true);
    expect(isAllowed(policy, '127.0.0.1', 8081)).toBe(false);
    expect(isAllowed(policy, '[::1]', 9000)).toBe(true);
    expect(isAllowed(policy, '::1', 9000)).toBe(true);
  });

  it('throws only named errors on any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((s) => `http://${s}`),
        ),
        (text) => {
          try {
            checkUrl(nobody, text);
          } catch (error) {
            expect(error).toMatchObject({ name: 'VigilError' });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
