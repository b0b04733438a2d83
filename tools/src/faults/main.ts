import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Arguments, LEAST, readArguments, USE } from './arguments.js';
import { Ending } from './ending.js';
import { lineOf, objection, tableOf } from './report.js';
import { faultRun } from './run.js';

const say = (line: string): void => void process.stderr.write(`faults: ${line}\n`);

async function main(): Promise<number> {
  let options: Arguments;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USE}\n`);
    return 2;
  }
  const folder = path.resolve(options.keep ?? (await mkdtemp(path.join(tmpdir(), 'vigil-faults-'))));
  await mkdir(folder, { recursive: true });
  // PostgreSQL, which does not run as root, must reach its own folder in it.
  await chmod(folder, 0o755);
  const ending = new Ending();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      say('stopping everything');
      void ending.all().then(() => process.exit(130));
    });
  let sound = false;
  try {
    say(`data, logs and the ledger are in ${folder}`);
    const result = await faultRun({ ...options, broken: options.breakFencing, folder, ending, say });
    const why = objection(result, {
      faults: Math.min(options.faults, LEAST.faults),
      posts: options.posts,
    });
    sound = why === null;
    process.stdout.write(`${tableOf(result)}\n`);
    if (why !== null) process.stdout.write(`${why}\n`);
    else if (options.faults < LEAST.faults || options.posts < LEAST.posts)
      say(`a short run: ${LEAST.faults} faults over ${LEAST.posts} posts are a whole one`);
    process.stdout.write(`${lineOf(result)}\n`);
  } finally {
    await ending.all();
    if (options.keep === null && sound) await rm(folder, { recursive: true, force: true });
    else say(`what it left is in ${folder}`);
  }
  return sound ? 0 : 1;
}

process.exit(await main());
