import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Files in PEM, made by openssl. */
export interface Certificates {
  /** The authority's certificate. */
  readonly ca: string;
  /** The server's for 127.0.0.1, and its key. */
  readonly certificate: string;
  readonly key: string;
  /** Key and certificate in one file, as Kafka takes them. */
  readonly keystore: string;
}

/** An authority of its own for each call, and a server's certificate that it signed, in a folder. */
export function makeCertificates(folder: string, name: string): Certificates {
  const file = (kind: string) => path.join(folder, `${name}-${kind}.pem`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-subj',
    `/CN=authority ${name}`,
    '-keyout',
    file('ca-key'),
    '-out',
    file('ca'),
  );
  openssl(
    ...['req', '-x509', ...newKey, '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', file('ca'), '-CAkey', file('ca-key')],
    ...['-keyout', file('key'), '-out', file('certificate')],
  );
  const both = readFileSync(file('key'), 'utf8') + readFileSync(file('certificate'), 'utf8');
  writeFileSync(file('keystore'), both);
  return { ca: file('ca'), certificate: file('certificate'), key: file('key'), keystore: file('keystore') };
}
