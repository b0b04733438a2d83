import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { errors } from '@elastic/elasticsearch';
import { VigilError } from '@vigil/contracts';

const CONNECT_WITHIN_MS = 5_000;
/** Longer chains of certificates than anyone uses. */
const LONGEST_CHAIN = 10;

/** The text of a file of certificates in PEM. Throws `engine-misconfigured` for a file that is none. */
export async function readCa(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    refuse(`VIGIL_ELASTICSEARCH_CA (${file}): it cannot be read (${error.code ?? error.name})`),
  );
  if (text.includes('BEGIN CERTIFICATE')) return text;
  return refuse(`VIGIL_ELASTICSEARCH_CA (${file}): it holds no certificate in PEM`);
}

/**
 * The certificate with this SHA-256 among those that the server at `url` shows, in PEM, for every later connection to be
 * verified with. The client's own `caFingerprint` verifies no signature: with any certificate that merely names the
 * right issuer, and the issuer's public one behind it, somebody in between would be trusted with the API key.
 * Throws `engine-misconfigured` where the server shows no such certificate, and a ConnectionError where none answers.
 */
export async function findCa(url: string, fingerprint: string): Promise<string> {
  const sought = fingerprint.replaceAll(':', '').toUpperCase();
  const chain = await shownBy(new URL(url));
  const found = chain.find((one) => one.fingerprint256.replaceAll(':', '') === sought);
  if (found) return found.toString();
  return refuse(
    `VIGIL_ELASTICSEARCH_FINGERPRINT is of none of the ${chain.length} certificates that ${new URL(url).host} shows`,
  );
}

/** Nothing is sent on this connection, so it may be to anybody. */
function shownBy({ hostname, port }: URL): Promise<X509Certificate[]> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const fail = (why: string) => {
      socket.destroy();
      reject(new errors.ConnectionError(why));
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => fail(`no answer within ${CONNECT_WITHIN_MS} ms`));
    socket.once('error', (error) => fail(error.message));
    socket.once('secureConnect', () => {
      const chain: X509Certificate[] = [];
      let next = socket.getPeerX509Certificate();
      while (next && chain.length < LONGEST_CHAIN) {
        chain.push(next);
        next = next.issuerCertificate;
      }
      socket.destroy();
      resolve(chain);
    });
  });
}

function refuse(message: string): never {
  throw new VigilError('engine-misconfigured', message);
}
