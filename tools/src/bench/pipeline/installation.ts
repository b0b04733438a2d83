import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PACK, packFiles, sourceId, SOURCES } from './corpus.js';

/** What the program is given for a run: 500 followed streams and the one pack of made-up phrases. Returns its environment. */
export async function prepare(
  folder: string,
  port: number,
  nodeOptions: string,
): Promise<Record<string, string>> {
  const pack = path.join(folder, 'packs', PACK);
  await mkdir(path.join(pack, 'rules'), { recursive: true });
  for (const [name, text] of Object.entries(packFiles())) await writeFile(path.join(pack, name), text);
  const sources = Array.from({ length: SOURCES }, (_, n) => ({
    id: sourceId(n),
    name: `Bench ${n}`,
    locator: { kind: 'import', from: `http://127.0.0.1:${port}/${n}`, mode: 'follow' },
    labels: { region: `region-${n % 12}` },
    justification: {
      reason: 'made up for the bench, on this machine alone',
      approvedBy: 'npm run bench',
      until: '2099-01-01T00:00:00Z',
    },
  }));
  const sourcesFile = path.join(folder, 'sources.yaml');
  await writeFile(sourcesFile, JSON.stringify({ sources }));
  return {
    VIGIL_DEMO: '0',
    VIGIL_LOG_LEVEL: 'info',
    VIGIL_PACKS_DIR: path.join(folder, 'packs'),
    VIGIL_SOURCES_FILE: sourcesFile,
    VIGIL_ALLOW_HOSTS: `127.0.0.1:${port}`,
    ...(nodeOptions === '' ? {} : { NODE_OPTIONS: nodeOptions }),
  };
}
