import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { VigilError } from '@vigil/contracts';
import { checkResolved, type AddressPolicy } from './address-policy.js';

/** A TCP and TLS handshake beyond this is a host that does not answer. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Resolves a host name to its addresses; injected so that tests can rebind. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export async function resolveAll(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true, verbatim: true })).map((found) => found.address);
}

/** Connects only to addresses that were checked: the socket's own look-up answers with exactly those. */
export function guardedConnector(policy: AddressPolicy, resolve: Resolve): buildConnector.connector {
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const connect = async () => {
      const addresses = isIP(literal) === 0 ? await resolve(literal) : [literal];
      if (addresses.length === 0)
        throw new VigilError('fetch-failed', `${literal} has no address`, { retriable: true });
      checkResolved(policy, literal, port, addresses);
      const answers = addresses.map((address) => ({ address, family: isIP(address) }));
      const checked: LookupFunction = (_host, options, done) => {
        if (options.all) done(null, answers);
        else done(null, answers[0]?.address ?? '', answers[0]?.family);
      };
      const connector = buildConnector({
        timeout: CONNECT_TIMEOUT_MS,
        allowH2: false,
        lookup: checked,
        autoSelectFamily: true,
      });
      connector(target, callback);
    };
    connect().catch((error: unknown) =>
      callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}
