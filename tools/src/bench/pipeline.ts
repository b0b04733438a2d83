import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { benchCluster } from './pipeline/cluster-bench.js';
import { benchEmbedded } from './pipeline/embedded.js';
import { prepare } from './pipeline/installation.js';
import { say } from './pipeline/phase.js';
import { ReleaserProcess } from './pipeline/releaser-process.js';
import type { Result } from './table.js';

const BENCHES = { embedded: benchEmbedded, cluster: benchCluster };

/**
 * `npm run bench -- pipeline [--engines embedded|cluster]`: open loop. Lines of 500 followed NDJSON streams are released
 * on schedule by another process; time counts from a line's release until a search over the API finds its post; at the
 * end what is counted and indexed is compared with what was released.
 */
export async function run(args: readonly string[]): Promise<Result> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engines: { type: 'string', default: 'embedded' },
      seconds: { type: 'string', default: '60' },
      // Without it the bench's own: fixed on embedded engines, found by trying on a cluster.
      rate: { type: 'string' },
      'low-seconds': { type: 'string' },
      // On a cluster: leaves out what one process more of each kind changes.
      'one-of-each': { type: 'boolean', default: false },
      // Keeps the run's folder: data, logs, profiles.
      keep: { type: 'string' },
      // Options of Node for the program, such as --cpu-prof.
      node: { type: 'string', default: '' },
    },
  });
  const bench = BENCHES[values.engines as keyof typeof BENCHES];
  if (bench === undefined)
    throw new Error(`--engines takes one of ${Object.keys(BENCHES).join(', ')}, and got ${values.engines}`);
  const folder = values.keep ?? (await mkdtemp(path.join(tmpdir(), 'vigil-bench-')));
  await mkdir(folder, { recursive: true });
  const releaser = await ReleaserProcess.start();
  try {
    const result = await bench(folder, releaser, await prepare(folder, releaser.port, values.node), {
      seconds: Number(values.seconds),
      rate: values.rate === undefined ? null : Number(values.rate),
      lowSeconds: values['low-seconds'] === undefined ? null : Number(values['low-seconds']),
      oneOfEach: values['one-of-each'],
    });
    if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    say(`the logs are in ${folder}`);
    throw error;
  } finally {
    releaser.stop();
  }
}
