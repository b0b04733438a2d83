import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@vigil/config';
import { checkOrigin } from './origin.js';

const local = readSettings({}).http;
const published = readSettings({ VIGIL_HOST: '0.0.0.0', VIGIL_PUBLIC_URL: 'https://vigil.example.org' }).http;
const wide = readSettings({ VIGIL_HOST: '0.0.0.0' }).http;

describe('the origin of a request', () => {
  it.each([
    ['the listener’s own address', local, { method: 'GET', host: '127.0.0.1:7100', origin: undefined }],
    ['localhost', local, { method: 'POST', host: 'localhost:7100', origin: 'http://localhost:7100' }],
    ['a script without an origin', local, { method: 'POST', host: '127.0.0.1:7100', origin: undefined }],
    [
      'the public address',
      published,
      { method: 'POST', host: 'vigil.example.org', origin: 'https://vigil.example.org' },
    ],
    [
      'any name, where the listener is open and no public address is set',
      wide,
      { method: 'GET', host: 'box.lan:7100', origin: undefined },
    ],
  ])('passes: %s', (_name, settings, asked) => {
    expect(() => checkOrigin(settings, asked)).not.toThrow();
  });

  it.each([
    [
      'a name rebound to this address',
      local,
      { method: 'GET', host: 'evil.example:7100', origin: undefined },
    ],
    ['no Host at all', local, { method: 'GET', host: undefined, origin: undefined }],
    [
      'a foreign page that changes something',
      local,
      { method: 'POST', host: '127.0.0.1:7100', origin: 'https://evil.example' },
    ],
    [
      'an opaque origin that changes something',
      local,
      { method: 'DELETE', host: '127.0.0.1:7100', origin: 'null' },
    ],
    [
      'another Host than the public one',
      published,
      { method: 'GET', host: 'evil.example', origin: undefined },
    ],
  ])('is refused: %s', (_name, settings, asked) => {
    expect(() => checkOrigin(settings, asked)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });
});
