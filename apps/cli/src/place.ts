import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { GROUPS, readSettings, type Settings } from '@vigil/config';
import { CommandFailure, EXIT } from './failure.js';
import type { Terminal } from './terminal.js';

/** An installation that an operator named. */
export interface Place {
  /** `--from data`: begins what is said of it. */
  readonly label: string;
  readonly settings: Settings;
}

export const PLACE_HELP = `
An installation is named by
  a folder   the data folder of one that keeps everything there: data
  a file     its VIGIL_* settings, one NAME=value a line: cluster.env
  env        the VIGIL_* variables that this command is started with`;

const KNOWN = new Set(Object.values(GROUPS).flatMap((group) => Object.values(group).map(({ name }) => name)));

/** The installation that an option names. Throws CommandFailure where it names none. */
export async function placeOf(option: string, given: string, terminal: Terminal): Promise<Place> {
  const label = `${option} ${given}`;
  if (given === 'env') return { label, settings: settingsOf(label, terminal.env) };
  const facts = await stat(given).catch(() => null);
  if (facts?.isDirectory() === true)
    return { label, settings: settingsOf(label, { VIGIL_DATA_DIR: resolve(given) }) };
  if (facts?.isFile() === true)
    return { label, settings: settingsOf(label, await variablesIn(label, given)) };
  throw new CommandFailure(
    `${label}: there is no such folder or file. Name a data folder, a file of VIGIL_* settings, or env.`,
    EXIT.badUse,
  );
}

async function variablesIn(label: string, file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(
      `${label} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const found = Object.entries(parseEnv(text)).flatMap(([name, value]): [string, string][] =>
    name.startsWith('VIGIL_') && value !== undefined ? [[name, value]] : [],
  );
  // A misspelt variable would quietly name another installation.
  const unknown = found.map(([name]) => name).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0)
    throw new CommandFailure(`${label}: there is no variable ${unknown.join(', ')}`, EXIT.badUse);
  if (found.length === 0)
    throw new CommandFailure(`${label}: no line of it is VIGIL_NAME=value`, EXIT.badUse);
  return Object.fromEntries(found);
}

function settingsOf(label: string, env: Readonly<Record<string, string | undefined>>): Settings {
  try {
    return readSettings(env);
  } catch (error) {
    throw new CommandFailure(
      `${label}: ${error instanceof Error ? error.message : String(error)}`,
      EXIT.badUse,
    );
  }
}
