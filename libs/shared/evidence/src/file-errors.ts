import { types } from 'node:util';
import { isVigilError, VigilError } from '@vigil/contracts';

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** Runs work on files of a folder; what the system refuses becomes an error an operator can act on. */
export async function fileErrors<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isVigilError(error)) throw error;
    const code = codeOf(error);
    if (code === '') throw error;
    const meaning =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'the disk is full'
        : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
          ? 'this user may not write there'
          : `the system says ${code}`;
    throw new VigilError('engine-unavailable', `The evidence folder ${folder} cannot be used: ${meaning}.`, {
      retriable: true,
      cause: error,
    });
  }
}

/** The system's code of an error, such as ENOSPC; empty where it has none. */
function codeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
