import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The program's version: every package of the workspace carries the same. */
export const VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))).version;
