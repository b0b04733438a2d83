import { setTimeout as pause } from 'node:timers/promises';
import { HitIndexState, IndexRebuild } from '@vigil/contracts';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { Api, Refused } from '../api.js';
import { CommandFailure, EXIT } from '../failure.js';
import type { Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly wait: boolean;
  readonly stop?: boolean;
  readonly replay?: boolean;
  readonly url?: string;
}

const LOOK_EVERY_MS = 1_000;

/** `vigil reindex`: the running server fills its hit index again, from the system of record. */
export function addReindex({ program, terminal, setExit }: Cli): void {
  program
    .command('reindex')
    .summary('fill the hit index of the running server again')
    .description(
      'Puts every hit of the system of record into the hit index again, or those of a stretch of time. Search goes on\n' +
        'meanwhile. The server works by itself, also after a restart of either: calling again shows how far it is.',
    )
    .option('--from <DATE>', 'only hits from this day or instant on, by event time (UTC)', instant)
    .option('--to <DATE>', 'only hits before this day or instant', instant)
    .option('--replay', 'instead: only the hits that the index refused, after the cause is mended')
    .option('--stop', 'instead: stop the one under way')
    .option('--no-wait', 'return at once, and let the server work')
    .option('--url <URL>', 'where the server answers')
    .action(async ({ from, to, wait, stop, replay, url }: Options) => {
      const api = await Api.open(terminal, url);
      if (stop) {
        const { state } = await api.ask('DELETE', '/system/reindex', IndexRebuild);
        return terminal.err(`vigil: ${state === 'stopped' ? 'stopped' : 'none is under way'}\n`);
      }
      if (replay) {
        const { replayed } = await api.ask(
          'POST',
          '/system/hit-index/replay',
          z.object({ replayed: z.number() }),
        );
        return terminal.err(`vigil: ${replayed} hits go into the index again\n`);
      }
      await begin(api, { from, to }, terminal);
      if (!wait) return;
      const { rebuild, setAside } = await follow(api, terminal);
      await terminal.out(`${JSON.stringify({ state: rebuild.state, hits: rebuild.queued, setAside })}\n`);
      if (rebuild.state !== 'done' || setAside > 0) setExit(EXIT.failed);
      if (setAside > 0) {
        terminal.err(
          `vigil: the index does not take ${setAside} hits as they are; the System page says why\n`,
        );
      }
    });
}

/** One that is under way already is looked at, unless something else was asked for. */
async function begin(api: Api, range: { from?: string; to?: string }, terminal: Terminal): Promise<void> {
  try {
    const { total } = await api.ask('POST', '/system/reindex', IndexRebuild, { body: range });
    terminal.err(`vigil: ${total} hits go into the index again\n`);
  } catch (error) {
    const underWay = error instanceof Refused && error.code === 'conflict';
    if (!underWay || range.from !== undefined || range.to !== undefined) throw error;
    terminal.err('vigil: one is under way already\n');
  }
}

async function follow(
  api: Api,
  { err, interactive, signal }: Terminal,
): Promise<{ rebuild: IndexRebuild; setAside: number }> {
  for (;;) {
    const { rebuild, setAside } = await api.ask('GET', '/system/hit-index', HitIndexState);
    if (rebuild === null) throw new CommandFailure('the server knows of no rebuild');
    if (interactive) err(`\r${rebuild.queued} of ${rebuild.total}`);
    if (rebuild.state !== 'running') {
      if (interactive) err('\n');
      return { rebuild, setAside: setAside.count };
    }
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** A day is its beginning. */
function instant(text: string): string {
  const at = new Date(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError(
      'A day such as 2026-11-21 or an instant such as 2026-11-21T09:30:00Z is expected.',
    );
  return at.toISOString();
}
