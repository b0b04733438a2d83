import { basename, join } from 'node:path';

/** Where the keeper of a folder listens. Windows has named pipes in the place of sockets. */
export function keeperSocket(folder: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, 'keeper.sock');
}

/** What a keeper wrote when it failed. */
export function keeperLog(folder: string): string {
  return join(folder, 'keeper.log');
}
