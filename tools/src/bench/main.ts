import { readdirSync } from 'node:fs';
import { table, type Result } from './table.js';

/** A bench: measures one thing and returns its figures by name. Progress goes to standard error. */
interface Bench {
  run(args: readonly string[]): Promise<Result>;
}

/** Every other file of this folder is a bench, by its name. */
const NAMES = readdirSync(import.meta.dirname)
  .filter((file) => /^[a-z-]+\.js$/.test(file) && !['main.js', 'table.js'].includes(file))
  .map((file) => file.slice(0, -3));

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || !NAMES.includes(name)) {
    process.stderr.write(
      `npm run bench -- NAME takes one of ${NAMES.join(', ')}, and got ${name ?? 'nothing'}\n`,
    );
    return 2;
  }
  const bench = (await import(new URL(`./${name}.js`, import.meta.url).href)) as Bench;
  const result = await bench.run(args);
  process.stdout.write(`${table(result)}\n${JSON.stringify(result)}\n`);
  return result['passed'] === false ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
