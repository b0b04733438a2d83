import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hitsOfRules } from '../ledger/compare.js';
import { type Feeder, startFeeder } from '../ledger/feeder-process.js';
import { prepareInstallation } from '../ledger/installation.js';
import { type Expected, expectedFrom } from '../ledger/ledger.js';
import { makeLoad, RULES, SURGE_EVERY_MS } from '../ledger/posts.js';
import { outboxSize, readCounted } from '../ledger/stored.js';
import { Cluster } from './cluster.js';
import { compareOnCluster, type FaultVerdict } from './compare.js';
import type { Ending } from './ending.js';
import { strike } from './faults.js';
import { Fleet } from './fleet.js';
import { LedgerTail } from './ledger-tail.js';
import {
  CALM_MS,
  type FaultPlanOptions,
  faultsOf,
  type Kind,
  LEAD_MS,
  loadOf,
  type PlannedFault,
} from './plan.js';
import { inFlight, type Recovering, untilRecovered } from './recovery.js';
import { Revisions } from './revisions.js';
import { alertsByRule, documents, records, uncounted } from './stored.js';

export interface FaultRunOptions extends FaultPlanOptions {
  /** Made where missing, kept afterwards: data, logs, ledger. */
  readonly folder: string;
  readonly ending: Ending;
  readonly say: (line: string) => void;
}

/** One fault of the table. */
export interface FaultRow {
  readonly kind: Kind;
  /** Seconds after the start of the load. */
  readonly at_s: number;
  /** Posts released and not counted when it struck. */
  readonly in_flight: number;
  readonly lasted_s: number;
  readonly recovery_s: number;
  readonly recovered: boolean;
}

export interface FaultResult extends FaultVerdict {
  /** Faults with work in flight, and those that found none. */
  readonly faults: number;
  readonly not_counted: number;
  readonly posts: number;
  readonly hits: number;
  readonly recovery_max_s: number;
  /** Processes that ended by themselves. */
  readonly crashes: number;
  /** Batches that the fence turned away. */
  readonly fenced: number;
  readonly rows: readonly FaultRow[];
  readonly seconds: number;
}

/** A fault waits so many surges for work in flight. */
const MOST_SURGES = 20;
const DRAIN_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 500;
/** So long after everything is counted, what is counted twice by mistake would show. */
const SETTLE_MS = 5_000;
/** The detector looks at all of its slogans every ten seconds. */
const ALERTS_WITHIN_MS = 30_000;

interface Run extends Recovering {
  readonly feeder: Feeder;
  readonly options: FaultRunOptions;
}

/** Runs the plan: engines, services, feeder, faults, quiet, comparison. Everything it starts is stopped by `ending`. */
export async function faultRun(options: FaultRunOptions): Promise<FaultResult> {
  const began = Date.now();
  const { folder, ending, say } = options;
  const load = makeLoad(loadOf(options));
  await mkdir(folder, { recursive: true });
  const cluster = await Cluster.start(folder, ending, say);
  const ledger = path.join(folder, 'ledger.ndjson');
  const feeder = await startFeeder(loadOf(options), ledger);
  ending.add(() => feeder.stop());
  const env = await prepareInstallation(folder, load.sources, feeder.port);
  const broken: Record<string, string> = options.broken ? { VIGIL_FAULT_UNFENCED: '1' } : {};
  const fleet = await Fleet.of(folder, { ...env, ...cluster.env, ...broken });
  ending.add(() => fleet.stop());
  say('starting two collectors, two classifiers, two alerts');
  await fleet.start();
  const revisions = new Revisions(cluster);
  revisions.start();
  ending.add(() => revisions.stop());
  const run = { cluster, fleet, feeder, tail: new LedgerTail(ledger), options };
  say(
    `ready after ${seconds(Date.now() - began)} s: at least ${options.posts} posts follow, and ${options.faults} faults`,
  );

  const rows = await strikeAll(run);
  await untilFed(run);
  say('the last fault is over; waiting until everything is counted');
  const complete = await untilDrained(run);
  await revisions.stop();
  await revisions.look();
  await run.tail.refresh();
  const expected = expectedFrom(run.tail.entries, load.sources);
  const alertRules = RULES.filter((rule) => rule.alerts).map((rule) => rule.rule);
  if (complete) await untilAlertsKnow(expected, alertRules, cluster);
  const logs = await readLogs(folder);
  const verdict = compareOnCluster(
    expected,
    {
      ...(await readCounted(cluster.ask)),
      index: await documents(cluster.elasticsearch),
      records: await records(cluster.ask),
      alerts: await alertsByRule(cluster.ask),
      regressed: revisions.regressed,
      deadLetters: occurrences(logs, '"bus: message set aside"'),
    },
    alertRules,
  );
  return {
    faults: rows.length,
    not_counted: options.faults - rows.length,
    posts: expected.posts.size,
    hits: [...expected.hits.values()].reduce((sum, n) => sum + n, 0),
    recovery_max_s: Math.max(0, ...rows.map((row) => row.recovery_s)),
    crashes: fleet.crashes,
    fenced: occurrences(logs, '"bus: the handler was fenced'),
    ...verdict,
    rows,
    seconds: Math.round((Date.now() - began) / 1_000),
  };
}

async function strikeAll(run: Run): Promise<FaultRow[]> {
  const { feeder, tail, options } = run;
  const startedAt = (await feeder.ask('start')).startedAt ?? Date.now();
  const rows: FaultRow[] = [];
  const faults = faultsOf(options);
  for (const [n, fault] of faults.entries()) {
    await pause(n === 0 ? LEAD_MS : CALM_MS);
    const waiting = await untilInFlight(fault, run);
    const at = Date.now();
    const name = `${n + 1}/${faults.length} ${fault.kind}`;
    if (waiting === null) {
      options.say(`${name}: not counted, nothing was in flight`);
      continue;
    }
    const from = Math.max(0, tail.entries.length - waiting);
    await strike(fault, run);
    const lastedMs = Date.now() - at;
    const { tookMs, recovered, missing } = await untilRecovered(from, run);
    const row = {
      kind: fault.kind,
      at_s: seconds(at - startedAt),
      in_flight: waiting,
      lasted_s: seconds(lastedMs),
      recovery_s: seconds(tookMs),
      recovered,
    };
    rows.push(row);
    options.say(
      `${bar((n + 1) / faults.length)} ${name} at ${row.at_s} s with ${waiting} posts in flight, ${row.lasted_s} s long: ` +
        (recovered
          ? `recovered after ${row.recovery_s} s, last of ${missing}`
          : `NOT recovered after ${row.recovery_s} s: ${missing}`),
    );
  }
  return rows;
}

/** Waits for the fault's moment: after a surge, with posts of the streams released and not yet counted. Null where there are none. */
async function untilInFlight(fault: PlannedFault, { feeder, cluster, tail }: Run): Promise<number | null> {
  for (let surges = 0; surges < MOST_SURGES; surges += 1) {
    const { elapsedMs, released, lines } = await feeder.ask('state');
    if (released === lines) return null;
    const untilSurge = Math.ceil(elapsedMs / SURGE_EVERY_MS) * SURGE_EVERY_MS - elapsedMs;
    await pause(untilSurge + fault.afterSurgeMs);
    const waiting = await inFlight({ cluster, tail });
    if (waiting !== null && waiting > 0) return waiting;
  }
  return null;
}

/** Lets the feeder go on until at least the posts asked for are released, and no further. */
async function untilFed({ feeder, options }: Run): Promise<void> {
  for (;;) {
    const { streamed, fed, released, lines } = await feeder.ask('state');
    if (streamed + fed >= options.posts || released === lines) break;
    await pause(LOOK_EVERY_MS);
  }
  await feeder.ask('finish');
}

/** Resolves with true once everything released is counted and indexed, with false where that does not come. */
async function untilDrained({ cluster, feeder, tail, options }: Run): Promise<boolean> {
  let last = '';
  for (let since = Date.now(); ;) {
    const { released, lines } = await feeder.ask('state');
    const entries = await tail.refresh();
    const posts = [...new Set(tail.entries.map((entry) => entry.post))];
    const missing = (await uncounted(cluster.ask, posts))?.length ?? posts.length;
    const outbox = await outboxSize(cluster.ask);
    const now = `${released} ${missing} ${outbox}`;
    if (now !== last) since = Date.now();
    last = now;
    const all = released === lines && entries === lines && missing === 0 && outbox === 0;
    if (all && Date.now() - since >= SETTLE_MS) return true;
    if (Date.now() - since > DRAIN_WITHIN_MS) {
      options.say(
        `nothing moves any more: ${released} of ${lines} lines released, ${missing} posts not counted, ${outbox} hits not indexed`,
      );
      return false;
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function untilAlertsKnow(
  expected: Expected,
  rules: readonly string[],
  cluster: Cluster,
): Promise<void> {
  const hits = hitsOfRules(expected, rules);
  const deadline = Date.now() + ALERTS_WITHIN_MS;
  while (Date.now() < deadline) {
    const alerts = await alertsByRule(cluster.ask);
    if ([...hits].every(([rule, count]) => alerts.get(rule)?.hits === count)) return;
    await pause(LOOK_EVERY_MS);
  }
}

/** What the services logged, all together. */
async function readLogs(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  return (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('');
}

function occurrences(text: string, of: string): number {
  return text.split(of).length - 1;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** Ten letters wide. */
function bar(share: number): string {
  const full = Math.round(share * 10);
  return `${'█'.repeat(full)}${'░'.repeat(10 - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}
