import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RULES, type PlannedSource } from './posts.js';

/** What the program is given for a run: its sources file and the one pack of made-up phrases. Returns its environment. */
export async function prepareInstallation(
  folder: string,
  sources: readonly PlannedSource[],
  feederPort: number,
): Promise<Record<string, string>> {
  const packs = path.join(folder, 'packs');
  await mkdir(path.join(packs, 'lanterns', 'rules'), { recursive: true });
  // JSON is YAML.
  await writeFile(path.join(packs, 'lanterns', 'pack.yaml'), JSON.stringify(packHeader, null, 2));
  await writeFile(
    path.join(packs, 'lanterns', 'rules', 'lanterns.yaml'),
    JSON.stringify(RULES.map(ruleOf), null, 2),
  );
  const sourcesFile = path.join(folder, 'sources.yaml');
  await writeFile(
    sourcesFile,
    JSON.stringify({ sources: sources.map((source) => draftOf(source, feederPort)) }, null, 2),
  );
  return {
    VIGIL_DEMO: '0',
    VIGIL_LOG_LEVEL: 'info',
    VIGIL_PACKS_DIR: packs,
    VIGIL_SOURCES_FILE: sourcesFile,
    VIGIL_ALLOW_HOSTS: `127.0.0.1:${feederPort}`,
  };
}

const packHeader = {
  name: 'lanterns',
  title: 'Lanterns of the crash and fault runs',
  description: 'Phrases that nobody uses, to know exactly which posts must hit.',
  maintainer: 'tools/src/ledger',
  licence: 'Apache-2.0',
};

function ruleOf({ rule, phrase }: (typeof RULES)[number]): unknown {
  return {
    id: rule.split('/')[1],
    title: `Lantern: ${rule.split('/')[1]}`,
    kind: 'slogan',
    category: 'slogan',
    severity: 'medium',
    indicator: 'other',
    reference: 'unverified',
    phrases: { und: [phrase] },
    examples: {
      match: [`so it was the ${phrase} again`],
      noMatch: ['seventeen lanterns stood in the harbour'],
    },
  };
}

function draftOf(source: PlannedSource, port: number): unknown {
  const url = `http://127.0.0.1:${port}/${source.id}`;
  const isFeed = source.kind === 'rss' || source.kind === 'atom';
  return {
    id: source.id,
    name: `Made up, ${source.id}`,
    locator: isFeed ? { kind: 'rss', url } : { kind: 'import', from: url, mode: 'follow' },
    labels: { region: source.region },
    justification: {
      reason: 'made up for a crash or fault run, on this machine alone',
      approvedBy: 'npm run crash, npm run faults',
      until: '2099-01-01T00:00:00Z',
    },
    // The least that is allowed: an outage then costs no more than a feed's window holds.
    schedule: { everySeconds: 10 },
  };
}
