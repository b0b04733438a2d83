import { Alert, AlertPage, HitPage, languageOfHit, Outcome } from '@vigil/contracts';
import { Api } from '../api.js';
import { CommandFailure, EXIT } from '../failure.js';
import { list, wholeNumber } from '../options.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

/** Hits shown of one alert. */
const SHOWN_HITS = 20;

/** `vigil alerts`: what a reviewer does, without the console. */
export function addAlerts({ program, terminal }: Cli): void {
  const alerts = program.command('alerts').description('alerts, and what reviewers do with them');
  const command = (name: string, summary: string) =>
    alerts.command(name).description(summary).option('--url <URL>', 'where the server answers');
  const open = (url: string | undefined) => Api.open(terminal, url);

  command('list', 'alerts, those that matter most first')
    .option('--json', 'one JSON object a line')
    .option('--states <NAMES>', 'open, claimed, decided, closed', list)
    .option('--order <ORDER>', 'severity, newest or due', 'severity')
    .option('--limit <N>', 'alerts to print at most', wholeNumber, 50)
    .action(
      async ({
        json,
        url,
        states,
        order,
        limit,
      }: Options & { states?: string[]; order: string; limit: number }) => {
        const size = Math.min(Math.max(limit, 1), 200);
        const page = await (
          await open(url)
        ).ask('GET', '/alerts', AlertPage, { query: { states, order, size } });
        const rows = page.alerts.map((alert) => [
          alert.id,
          alert.state,
          alert.severity,
          String(alert.hits),
          alert.dueAt,
          alert.headline,
        ]);
        await terminal.out(
          json
            ? page.alerts.map((alert) => `${JSON.stringify(alert)}\n`).join('')
            : table(['ID', 'STATE', 'SEVERITY', 'HITS', 'DUE', 'HEADLINE'], rows),
        );
        terminal.err(
          `vigil: ${page.total} alerts${page.total > rows.length ? `, ${rows.length} shown` : ''}\n`,
        );
      },
    );

  command('show', 'one alert with its hits')
    .argument('<ID>')
    .option('--json', 'as one JSON object')
    .action(async (id: string, { json, url }: Options) => {
      const api = await open(url);
      const alert = await api.ask('GET', pathOf(id), Alert);
      const { hits } = await api.ask('GET', `${pathOf(id)}/hits`, HitPage, { query: { size: SHOWN_HITS } });
      await terminal.out(json ? `${JSON.stringify({ alert, hits })}\n` : asText(alert) + hitsAsText(hits));
    });

  command('claim', 'take an alert, or hold it longer')
    .argument('<ID>')
    .action(async (id: string, { url }: Options) => {
      const api = await open(url);
      const { version } = await api.ask('GET', pathOf(id), Alert);
      const alert = await api.ask('POST', `${pathOf(id)}/claim`, Alert, { body: { version } });
      terminal.err(`vigil: ${alert.id} is yours until ${alert.claimedUntil ?? 'you decide'}\n`);
    });

  command('decide', `decide an alert: ${Outcome.options.join(', ')}`)
    .argument('<ID>')
    .argument('<OUTCOME>')
    .option('--note <TEXT>', 'why, for those who read it later', '')
    .action(async (id: string, outcome: string, { url, note }: Options & { note: string }) => {
      if (!Outcome.safeParse(outcome).success) {
        throw new CommandFailure(
          `an outcome is one of ${Outcome.options.join(', ')}, and got ${outcome}`,
          EXIT.badUse,
        );
      }
      const api = await open(url);
      const { version } = await api.ask('GET', pathOf(id), Alert);
      const alert = await api.ask('POST', `${pathOf(id)}/decision`, Alert, {
        body: { outcome, note, version },
      });
      terminal.err(
        `vigil: ${alert.id} is decided; vigil alerts undo ${alert.id} takes it back until ${alert.decision?.undoUntil ?? 'then'}\n`,
      );
    });

  command('undo', 'take the decision of an alert back while its time lasts')
    .argument('<ID>', 'the alert')
    .action(async (id: string, { url }: Options) => {
      const api = await open(url);
      const { decision } = await api.ask('GET', pathOf(id), Alert);
      if (decision === null) throw new CommandFailure(`alert ${id} has no decision to take back`);
      const alert = await api.ask('POST', `/decisions/${encodeURIComponent(decision.id)}/undo`, Alert);
      terminal.err(`vigil: ${alert.id} is ${alert.state} again\n`);
    });
}

function pathOf(id: string): string {
  return `/alerts/${encodeURIComponent(id)}`;
}

function asText(alert: Alert): string {
  const parts = (list: Alert['sources']) => list.map(({ label, hits }) => `${label} (${hits})`).join(', ');
  const rows: [string, string][] = [
    ['state', alert.claimedBy === null ? alert.state : `${alert.state} by ${alert.claimedBy}`],
    ['severity', `${alert.severity}, ${alert.indicator}, ${alert.stance}`],
    [
      'observed',
      `${alert.observed} in ${alert.windowMinutes} minutes, where ${alert.expected.toFixed(1)} were expected (p = ${alert.probability.toExponential(1)})`,
    ],
    ['from, peak, last', `${alert.startedAt}, ${alert.peakAt}, ${alert.lastHitAt}`],
    ['due', alert.dueAt],
    ['sources', parts(alert.sources)],
    ['languages', parts(alert.languages)],
    ['regions', parts(alert.regions)],
    ...(alert.decision
      ? [
          ['decision', `${alert.decision.outcome} by ${alert.decision.by}: ${alert.decision.note}`] as [
            string,
            string,
          ],
        ]
      : []),
  ];
  return `${table([alert.headline], [])}${table(['', ''], rows)}\n`;
}

function hitsAsText(hits: HitPage['hits']): string {
  return table(
    ['TIME', 'LANGUAGE', 'SOURCE', 'MATCHED', 'POST'],
    hits.map(({ hit }) => [
      hit.eventTime,
      languageOfHit(hit) ?? 'und',
      hit.post.sourceId,
      [...new Set(hit.verdict.matches.map((match) => match.title))].join(', '),
      hit.post.permalink ?? hit.post.id,
    ]),
  );
}
