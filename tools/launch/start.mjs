// `npm start`: install, build, run. Everything it needs comes from this checkout and the package registry.
import { become, ensureBuilt, ensureInstalled } from './workspace.mjs';

await ensureInstalled();
await ensureBuilt();
become('apps/standalone/dist/main.js', process.argv.slice(2));
