#!/usr/bin/env node
// Starts the command line on the Node that comes with the checkout (its libraries need 22 or later, the machine's
// may be 20), building first where nothing is built yet or sources have changed since.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  become,
  buildIsStale,
  ensureBuilt,
  ensureInstalled,
  node24,
  root,
} from '../../../tools/launch/workspace.mjs';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
if (!existsSync(node24)) await ensureInstalled();
if (!existsSync(main) || buildIsStale()) await ensureBuilt();
become(path.relative(root, main), process.argv.slice(2));
