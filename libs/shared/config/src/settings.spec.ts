import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isVigilError } from '@vigil/contracts';
import fc from 'fast-check';
import { variablesMarkdown } from './reference.js';
import { GROUPS, readSettings } from './settings.js';

const names = Object.values(GROUPS).flatMap((group) => Object.values(group).map((one) => one.name));

describe('settings', () => {
  it('have a default for everything: an empty environment starts', () => {
    const settings = readSettings({});
    expect(settings.http).toMatchObject({ host: '127.0.0.1', port: 7100, publicUrl: null });
    expect(settings.storage).toMatchObject({ databaseUrl: null, transitDays: 7 });
    expect(settings.collector.demo).toBe(true);
    expect(settings.faults.commitEarly).toBe(false);
  });

  it('takes an empty variable for an unset one', () => {
    expect(readSettings({ VIGIL_PORT: '' }).http.port).toBe(7100);
  });

  it('reads lists, flags and numbers', () => {
    const settings = readSettings({
      VIGIL_ALLOW_HOSTS: 'localhost:8080, feeds.internal',
      VIGIL_DEMO: '0',
      VIGIL_UNDO_SECONDS: '5',
    });
    expect(settings.collector.allowHosts).toEqual(['localhost:8080', 'feeds.internal']);
    expect(settings.collector.demo).toBe(false);
    expect(settings.alerts.undoSeconds).toBe(5);
  });

  it('is frozen', () => {
    const settings = readSettings({});
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.http)).toBe(true);
  });

  it('reports every fault at once, naming the variable, what it got and what it takes', () => {
    try {
      readSettings({ VIGIL_PORT: '99999', VIGIL_LOG_LEVEL: 'loud', VIGIL_DEMO: 'perhaps' });
      throw new Error('was accepted');
    } catch (error) {
      if (!isVigilError(error, 'bad-input')) throw error;
      expect(error.message.split('\n')).toEqual([
        'VIGIL_PORT takes a port, 0 to 65535, and got "99999"',
        'VIGIL_LOG_LEVEL takes trace, debug, info, warn, error or silent, and got "loud"',
        'VIGIL_DEMO takes 1 or 0, and got "perhaps"',
      ]);
    }
  });

  it('never repeats a secret', () => {
    expect(() => readSettings({ VIGIL_DATABASE_URL: 'mysql://vigil:hunter2@db/x' })).toThrow(
      'VIGIL_DATABASE_URL takes postgres://user:password@host:port/database, and got a value that does not fit',
    );
  });

  it('answers any value with settings or a named fault', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary' }), (name, value) => {
        try {
          readSettings({ [name]: value });
        } catch (error) {
          expect(isVigilError(error, 'bad-input')).toBe(true);
          expect(String(error)).toContain(name);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('is described in docs/operations.md as it is (VIGIL_WRITE_DOCS=1 renews the page)', () => {
    const page = new URL('../../../../docs/operations.md', import.meta.url);
    const text = readFileSync(page, 'utf8');
    const section = /(<!-- variables -->\n)[\s\S]*(<!-- end of variables -->)/;
    expect(text).toMatch(section);
    const current = text.replace(
      section,
      (_, open: string, close: string) => `${open}\n${variablesMarkdown()}\n\n${close}`,
    );
    if (process.env.VIGIL_WRITE_DOCS === '1') writeFileSync(page, current);
    else expect(text).toBe(current);
  });
});
