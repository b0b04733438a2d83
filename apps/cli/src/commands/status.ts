import { SystemState } from '@vigil/contracts';
import { z } from 'zod';
import { Api } from '../api.js';
import { EXIT } from '../failure.js';
import { table } from '../table.js';
import type { Cli } from '../program.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
}

const Link = z.object({ token: z.string(), minutes: z.number() });

/** `vigil status`, `vigil sign-in`: the running server itself. */
export function addStatus({ program, terminal, setExit }: Cli): void {
  program
    .command('status')
    .description('whether the running server is well; exit code 1 where something is down')
    .option('--json', 'as one JSON object')
    .option('--url <URL>', 'where the server answers')
    .action(async ({ json, url }: Options) => {
      const state = await (await Api.open(terminal, url)).ask('GET', '/system', SystemState);
      if (state.checks.some((check) => check.state === 'down')) setExit(EXIT.failed);
      await terminal.out(json ? `${JSON.stringify(state)}\n` : asText(state));
    });

  program
    .command('sign-in')
    .description('a new link by which a person signs in to the console, once')
    .option('--url <URL>', 'where the server answers')
    .action(async ({ url }: Options) => {
      const api = await Api.open(terminal, url);
      const { token, minutes } = await api.ask('POST', '/session/links', Link);
      // Beside the server, as in its container, stands the address that people use.
      const origin = url ? api.origin : (terminal.env['VIGIL_PUBLIC_URL'] || api.origin).replace(/\/$/, '');
      await terminal.out(`${origin}/sign-in#token=${token}\n`);
      terminal.err(`vigil: works once, within ${minutes} minutes\n`);
    });
}

function asText(state: SystemState): string {
  const behind = new Map<string, number>();
  for (const { topic, group, behind: messages } of state.lag) {
    const flow = `${topic} → ${group}`;
    behind.set(flow, (behind.get(flow) ?? 0) + messages);
  }
  return [
    `Vigil ${state.version}, since ${state.startedAt}\n\n`,
    table(
      ['CHECK', 'STATE', 'SINCE', 'MEANING'],
      state.checks.map(({ name, state: is, since, message }) => [name, is, since, message]),
    ),
    '\n',
    table(
      ['FLOW', 'BEHIND'],
      [...behind].map(([flow, messages]) => [flow, String(messages)]),
    ),
    ...state.deadLetters.map(
      ({ topic, group, count }) => `${count} messages of ${topic} set aside by ${group}\n`,
    ),
  ].join('');
}
