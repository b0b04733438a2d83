import path from 'node:path';
import { Program } from '../../crash/program.js';
import type { Result } from '../table.js';
import { account, expectedOf } from './account.js';
import { Api } from './api.js';
import { figures, LOW_RATE, p95Of } from './figures.js';
import { phase } from './phase.js';
import { watchMemory } from './process-tree.js';
import type { ReleaserProcess } from './releaser-process.js';
import { Searcher } from './searcher.js';
import type { BenchOptions, Subject } from './subject.js';

/** What is asked of the program on a laptop of two cores. */
const BAR = { postsPerSecond: 5_000, finalLagSeconds: 2, p95Ms: 2_000, p95At2000Ms: 500, rssMb: 1_200 };
/** A little more than is asked for: posts still on their way when the release ends do not count as sustained. */
const RATE = 5_250;
const SEARCH_EVERY_MS = 50;
const LOW_SECONDS = 30;
/** The program compiles its hot paths and PostgreSQL fills its cache before anything is measured. */
const WARM_UP = { rate: 1_000, seconds: 10 };

/** All of Vigil in one process on embedded engines. */
export async function benchEmbedded(
  folder: string,
  releaser: ReleaserProcess,
  env: Readonly<Record<string, string>>,
  options: BenchOptions,
): Promise<Result> {
  const program = await Program.on(path.join(folder, 'data'), env, path.join(folder, 'program.log'));
  try {
    await program.start();
    const subject = subjectOf(program);
    const api = await Api.of(subject);
    await releaser.untilFollowed();
    const watch = watchMemory(() => subject.parts());
    const searcher = new Searcher(api, SEARCH_EVERY_MS);
    const tools = { releaser, subject, searcher };
    await phase(tools, 'warm-up', WARM_UP.rate, WARM_UP.seconds);
    const full = await phase(tools, 'full rate', options.rate ?? RATE, options.seconds);
    const low = await phase(tools, 'low rate', LOW_RATE, options.lowSeconds ?? LOW_SECONDS);
    await searcher.stop();
    const memory = await watch.stop();
    const { released } = await releaser.state(0);
    const accounted = await account(subject, api, expectedOf(released));
    const most = memory?.get('program')?.pssMb ?? null;
    return {
      engines: 'embedded',
      ...figures({ full, low, memory, accounted, searchMs: searcher.tookMs }),
      passed:
        full.postsPerSecond >= BAR.postsPerSecond &&
        full.lagSeconds <= BAR.finalLagSeconds &&
        p95Of(full) <= BAR.p95Ms &&
        p95Of(low) <= BAR.p95At2000Ms &&
        accounted.lost === 0 &&
        accounted.doubleCounted === 0 &&
        (most === null || most <= BAR.rssMb),
    };
  } finally {
    await program.stop();
  }
}

function subjectOf(program: Program): Subject {
  return {
    address: program.address,
    dataDir: program.dataDir,
    parts: () => [{ name: 'program', pid: program.pid }],
    query: async (text) => {
      const rows = await program.ask<never>(text);
      if (rows === null) throw new Error('the program’s database does not answer');
      return rows;
    },
  };
}
