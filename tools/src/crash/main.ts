import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Arguments, readArguments, USE } from './arguments.js';
import { tableOf } from './report.js';
import { crashRun } from './run.js';

async function main(): Promise<number> {
  let options: Arguments;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USE}\n`);
    return 2;
  }
  const folder = options.keep ?? (await mkdtemp(path.join(tmpdir(), 'vigil-crash-')));
  const result = await crashRun({
    ...options,
    folder,
    say: (line) => process.stderr.write(`crash: ${line}\n`),
  });
  const clean = result.lost === 0 && result.double_counted === 0 && result.kills === options.kills;
  if (options.keep === null && clean) await rm(folder, { recursive: true, force: true });
  else process.stderr.write(`crash: ledger, log and data are in ${folder}\n`);
  process.stdout.write(`${tableOf(result)}\n${JSON.stringify(result)}\n`);
  return clean ? 0 : 1;
}

process.exit(await main());
