import type { HttpSettings } from '@vigil/config';
import { VigilError } from '@vigil/contracts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Asked {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Refuses a request under a foreign Host (a page that rebinds its own name to this address), and a changing request
 * that another origin's page sends. With no public address set and a listener open to the network, any Host is taken.
 */
export function checkOrigin(settings: HttpSettings, asked: Asked): void {
  const listensWide = !LOOPBACK.has(settings.host) && settings.host !== '::1';
  if (!(listensWide && settings.publicUrl === null) && !isOurs(settings, asked.host ?? '')) {
    throw new VigilError(
      'forbidden',
      'This address is not served here. Set VIGIL_PUBLIC_URL to the address that people use.',
    );
  }
  if (asked.origin === undefined || SAFE.has(asked.method)) return;
  const from = URL.canParse(asked.origin) ? new URL(asked.origin).host : '';
  if (from !== asked.host && !isOurs(settings, from)) {
    throw new VigilError('forbidden', 'A page of another origin may not change anything here.');
  }
}

function isOurs(settings: HttpSettings, host: string): boolean {
  if (settings.publicUrl !== null && new URL(settings.publicUrl).host === host) return true;
  const name = host.replace(/:\d+$/, '');
  return LOOPBACK.has(name) || name === settings.host;
}
