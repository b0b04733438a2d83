import { loadPack } from './load-pack.js';
import { checkExamples } from './examples.js';
test('x', async () => {
  const pack = await loadPack('packs/isis-messaging');
  for (const f of checkExamples(pack)) process.stdout.write(`${f.rule} ${f.expected} ${f.example} :: ${f.message}\n`);
});
