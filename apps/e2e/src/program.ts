import { rm } from 'node:fs/promises';
import { temporaryFolder } from '@vigil/testing';
import { printed, spawnApp, stopChild } from './child.js';

/** The built program, running on a free port with a data folder of its own. */
export interface Program {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** The link that it printed; works once. */
  readonly signInLink: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Starts what `npm start` starts, and waits for the sign-in link. Throws with the program's last output where it does not come. */
export async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const dataDir = await temporaryFolder();
  const child = spawnApp('standalone', { VIGIL_DATA_DIR: dataDir, ...env });
  const stop = async () => {
    await stopChild(child);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [signInLink] = await printed(child, /https?:\/\/\S+\/sign-in#token=[\w-]+/);
    return { address: new URL(signInLink).origin, signInLink, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
