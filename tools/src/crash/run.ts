import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compare, hitsOfRules, type Verdict } from '../ledger/compare.js';
import { type Feeder, startFeeder } from '../ledger/feeder-process.js';
import { prepareInstallation } from '../ledger/installation.js';
import { expectedFrom, parseLedger } from '../ledger/ledger.js';
import { makeLoad, RULES, SURGE_EVERY_MS } from '../ledger/posts.js';
import { countedSoFar, outboxSize } from '../ledger/stored.js';
import { killsFor, loadOf, type PlannedKill, type PlanOptions } from './plan.js';
import { Program } from './program.js';
import { alertsByRule, readFound } from './stored.js';

export interface CrashOptions extends PlanOptions {
  /** Makes the program move its offsets before their effect: the comparison must find losses then. */
  readonly commitEarly: boolean;
  /** Kept afterwards; made where missing. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Without progress for so long nothing more will come: longer than a feed's interval and a failed poll's rest. */
  readonly quietMs?: number;
}

export interface CrashResult extends Verdict {
  /** Kills with work in flight. */
  readonly kills: number;
  readonly posts: number;
  readonly hits: number;
  /** Planned kills that found nothing in flight and waited for the next surge. */
  readonly postponed: number;
  readonly killed: Readonly<Record<PlannedKill['victim'], number>>;
  /** Milliseconds from a kill to readiness, the slowest. */
  readonly slowest_restart_ms: number;
  readonly seconds: number;
}

/** How much of the time between two kills a restart may take before the schedule waits for it. */
const RESTART_SHARE = 0.6;
const QUIET_MS = 35_000;
const ALERTS_WITHIN_MS = 20_000;
const AT_MOST_MS = 240_000;
/** So long after everything is counted, what is counted twice by mistake would show. */
const SETTLE_MS = 3_000;

/** Runs the plan: feeder, program, kills, restarts, quiet, comparison. */
export async function crashRun(options: CrashOptions): Promise<CrashResult> {
  const began = Date.now();
  const load = loadOf(options);
  const plan = makeLoad(load);
  const kills = killsFor(options);
  await rm(options.folder, { recursive: true, force: true });
  await mkdir(options.folder, { recursive: true });
  const ledgerFile = path.join(options.folder, 'ledger.ndjson');
  const feeder = await startFeeder(load, ledgerFile);
  let program: Program | null = null;
  try {
    const env = await prepareInstallation(options.folder, plan.sources, feeder.port);
    program = await Program.on(
      path.join(options.folder, 'data'),
      { ...env, ...(options.commitEarly ? { VIGIL_FAULT_COMMIT_EARLY: '1' } : {}) },
      path.join(options.folder, 'program.log'),
    );
    await program.start();
    options.say(
      `ready after ${Date.now() - began} ms; ${plan.lines.length} lines of ${plan.posts} posts follow, and ${kills.length} kills`,
    );
    let startedAt = (await feeder.ask('start')).startedAt ?? Date.now();
    const done = { program: 0, database: 0, both: 0, postponed: 0, slowest: 0 };
    for (const kill of kills) {
      const postponed = await untilInFlight(kill, startedAt, feeder, program);
      if (postponed === null) {
        options.say('everything is released and counted: no work left to be killed in');
        break;
      }
      const tookMs = await carryOut(kill, program);
      done[kill.victim] += 1;
      done.postponed += postponed;
      done.slowest = Math.max(done.slowest, tookMs);
      const at = ((Date.now() - startedAt) / 1_000).toFixed(1);
      options.say(
        `${at} s: killed ${kill.victim}${kill.againAfterMs === null || kill.victim === 'database' ? '' : ', and the start after it'}; ready again after ${tookMs} ms`,
      );
      // On a slow machine the schedule waits, or the posts would be over before the kills are.
      const lateMs = Math.round(tookMs - options.killEveryMs * RESTART_SHARE);
      if (lateMs > 0) startedAt = (await feeder.ask(`delay?ms=${lateMs}`)).startedAt ?? startedAt;
    }
    const complete = await untilQuiet(feeder, program, options);
    const entries = parseLedger(await readFile(ledgerFile, 'utf8'));
    const expected = expectedFrom(entries, plan.sources);
    const alertRules = RULES.filter((rule) => rule.alerts).map((rule) => rule.rule);
    if (complete) await untilAlertsKnow(hitsOfRules(expected, alertRules), program);
    const verdict = compare(expected, await readFound(program), alertRules);
    const { program: byProgram, database, both } = done;
    return {
      kills: byProgram + database + both,
      posts: expected.posts.size,
      hits: [...expected.hits.values()].reduce((sum, n) => sum + n, 0),
      postponed: done.postponed,
      killed: { program: byProgram, database, both },
      slowest_restart_ms: done.slowest,
      ...verdict,
      seconds: Math.round((Date.now() - began) / 1_000),
    };
  } finally {
    await program?.stop();
    feeder.stop();
  }
}

/**
 * Waits for the kill's moment: after a surge, with lines of the streams released and not yet counted. Returns how many surges
 * found nothing in flight; null where the plan's lines are over.
 */
async function untilInFlight(
  kill: PlannedKill,
  startedAt: number,
  feeder: Feeder,
  program: Program,
): Promise<number | null> {
  await pause(Math.max(0, startedAt + kill.notBeforeMs - Date.now()));
  for (let postponed = 0; ; postponed += 1) {
    const elapsed = Date.now() - startedAt;
    const surge = Math.ceil(elapsed / SURGE_EVERY_MS) * SURGE_EVERY_MS;
    await pause(startedAt + surge + kill.afterSurgeMs - Date.now());
    const state = await feeder.ask('state');
    const counted = await countedSoFar(program.ask);
    if (counted !== null && counted.streamed < state.streamed) return postponed;
    if (state.released === state.lines) return null;
  }
}

/** Kills and starts again. Returns the milliseconds until it was ready. */
async function carryOut(kill: PlannedKill, program: Program): Promise<number> {
  const began = Date.now();
  const before = await program.databasePid();
  if (kill.victim !== 'database') await program.kill();
  if (kill.victim !== 'program') await program.killDatabase();
  if (kill.victim === 'database') {
    await program.untilDatabaseIsNot(before);
    await program.untilReady();
  } else {
    if (kill.againAfterMs !== null) {
      program.launch();
      await pause(kill.againAfterMs);
      await program.kill();
    }
    await program.start();
  }
  return Date.now() - began;
}

/** Resolves with true once everything released is counted and indexed, with false once nothing moves any more. */
async function untilQuiet(
  feeder: Feeder,
  program: Program,
  { say, quietMs = QUIET_MS }: Pick<CrashOptions, 'say' | 'quietMs'>,
): Promise<boolean> {
  const deadline = Date.now() + AT_MOST_MS;
  let last = '';
  let since = Date.now();
  while (Date.now() < deadline) {
    const state = await feeder.ask('state');
    const counted = await countedSoFar(program.ask);
    const outbox = await outboxSize(program.ask);
    const now = `${state.released} ${counted?.streamed} ${counted?.fed} ${outbox}`;
    if (now !== last) since = Date.now();
    last = now;
    const all =
      state.released === state.lines &&
      counted?.streamed === state.streamed &&
      counted.fed === state.fed &&
      outbox === 0;
    if (all && Date.now() - since >= SETTLE_MS) return true;
    if (Date.now() - since > quietMs && state.released === state.lines) {
      say(`nothing moves any more: ${JSON.stringify({ released: state, counted, outbox })}`);
      return false;
    }
    await pause(250);
  }
  say('still not quiet: comparing as it stands');
  return false;
}

/** The detector looks at all of its slogans every ten seconds: gives it two rounds to name every hit. */
async function untilAlertsKnow(hits: ReadonlyMap<string, number>, program: Program): Promise<void> {
  const deadline = Date.now() + ALERTS_WITHIN_MS;
  while (Date.now() < deadline) {
    const alerts = await alertsByRule(program);
    if ([...hits].every(([rule, count]) => alerts.get(rule)?.hits === count)) return;
    await pause(500);
  }
}
