import { VigilError } from '@vigil/contracts';

const KEY = /^[0-9a-f]{64}$/;

/** Whether a name is that of an entry: a SHA-256 in lower-case hex. */
export function isEvidenceKey(name: string): boolean {
  return KEY.test(name);
}

/** The key becomes part of a path or an address: nothing but a hash may. Throws `bad-input`. */
export function assertEvidenceKey(key: string): void {
  if (!isEvidenceKey(key))
    throw new VigilError('bad-input', 'An evidence key is a SHA-256 in 64 lower-case hexadecimal digits.');
}
