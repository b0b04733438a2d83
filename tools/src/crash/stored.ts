import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AlertPage, HitPage } from '@vigil/contracts';
import type { Found } from '../ledger/compare.js';
import { demand, readCounted } from '../ledger/stored.js';
import type { Program } from './program.js';

/** Everything that is compared in the end. Throws where it cannot be read. */
export async function readFound(program: Program): Promise<Found> {
  const letters = await demand<{ n: string }>(program.ask, 'SELECT count(*)::text AS n FROM bus_dead_letter');
  return {
    ...(await readCounted(program.ask)),
    index: await searchAll(program),
    alerts: await alertsByRule(program),
    deadLetters: Number(letters[0]?.n ?? 0),
  };
}

async function searchAll(program: Program): Promise<{ id: string; revision: number }[]> {
  const found: { id: string; revision: number }[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ size: '200', ...(cursor === null ? {} : { cursor }) });
    const page = HitPage.parse(await api(program, `/api/search?${query}`));
    found.push(...page.hits.map(({ hit }) => ({ id: hit.post.id, revision: hit.post.revision })));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** Alerts by the rule they are of, from the API. */
export async function alertsByRule(program: Program): Promise<Map<string, { alerts: number; hits: number }>> {
  const found = new Map<string, { alerts: number; hits: number }>();
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      size: '200',
      order: 'newest',
      ...(cursor === null ? {} : { cursor }),
    });
    const page = AlertPage.parse(await api(program, `/api/alerts?${query}`));
    for (const { key, hits } of page.alerts) {
      const before = found.get(key.value) ?? { alerts: 0, hits: 0 };
      if (key.kind === 'slogan')
        found.set(key.value, { alerts: before.alerts + 1, hits: before.hits + hits });
    }
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** Asks the program as `vigil` on the command line does, with the machine token of its data folder. */
async function api(program: Program, route: string): Promise<unknown> {
  const token = (await readFile(path.join(program.dataDir, 'cli-token'), 'utf8')).trim();
  const response = await fetch(`${program.address}${route}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok)
    throw new Error(`${route.split('?')[0]}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  return response.json();
}
