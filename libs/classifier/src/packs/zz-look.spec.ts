import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { loadPack } from './load-pack.js';
import { compileRuleset } from '../rules/ruleset.js';
import { inspect } from '../verdicts/classify.js';
test('x', async () => {
  const pack = await loadPack('packs/isis-messaging');
  const rs = compileRuleset([{ content: pack, version: 0 }]);
  const terms = parse(readFileSync(`packs/isis-messaging/tests/terms.yaml`, 'utf8')) as Record<string, string[]>;
  const out: string[] = [];
  for (const c of ['news', 'academic', 'counter-speech', 'echo']) {
    const sentences = parse(readFileSync(`/tmp/ho/${c}.yaml`, 'utf8')) as Record<string, string[]>;
    for (const [l, list] of Object.entries(sentences)) {
      let n = 0, hits = 0;
      for (const t of list) for (const term of terms[l]!) {
        const text = t.replaceAll('{term}', term);
        const r = inspect(rs, { text, context: 'unknown' });
        const hit = r.findings.matches.length > 0;
        n++; if (hit) hits++;
        if ((c === 'echo') !== hit) out.push(`  ${c} ${l} ${hit ? 'HIT' : 'cancelled ' + r.findings.exclusions.filter(e=>e.cancels).map((e) => e.reason + ':' + (e.span ? text.slice(e.span.start, e.span.end) : '')).join()} :: ${text}`);
      }
      out.push(`${c} ${l} ${hits}/${n}`);
    }
  }
  process.stdout.write(out.join('\n') + '\n');
});
