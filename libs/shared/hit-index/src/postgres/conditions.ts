import type { HitQuery } from '@vigil/contracts';
import type { Position } from '../cursor.js';
import { stateNumber, storable, storableInstant } from '../hit-fields.js';

/** The parameters of one statement, numbered as they are bound: nothing of a query is ever written into SQL. */
export class Parameters {
  readonly values: unknown[] = [];

  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** The conditions on `hit_index h` that the query's filters and its text make. `tsquery` null: the query has no text. */
export function conditions(query: HitQuery, tsquery: string | null, parameters: Parameters): string[] {
  const all: string[] = [];
  const anyOf = (column: string, values: readonly string[] | undefined) => {
    if (values !== undefined && values.length > 0) {
      all.push(`${column} = any(${parameters.bind(values.map(storable))}::text[])`);
    }
  };
  if (tsquery !== null) {
    // OFFSET 0 keeps the planner from walking all hits by time to look for a rare phrase in each.
    all.push(
      `h.n in (select n from hit_index_text where tokens @@ ${parameters.bind(tsquery)}::tsquery offset 0)`,
    );
  }
  const states =
    query.states === undefined || query.states.length === 0 ? (['current'] as const) : query.states;
  all.push(`h.state = any(${parameters.bind(states.map(stateNumber))}::smallint[])`);
  anyOf('h.source', query.sources);
  anyOf('h.language', query.languages);
  anyOf('h.region', query.regions);
  anyOf('h.indicator', query.indicators);
  anyOf('h.severity', query.severities);
  anyOf('h.author', query.authors);
  anyOf('h.channel', query.channels);
  if (query.rules !== undefined && query.rules.length > 0) {
    all.push(`h.rules && ${parameters.bind(query.rules.map(storable))}::text[]`);
  }
  if (query.from !== undefined)
    all.push(`h.event_time >= ${parameters.bind(storableInstant(query.from))}::timestamptz`);
  if (query.to !== undefined)
    all.push(`h.event_time < ${parameters.bind(storableInstant(query.to))}::timestamptz`);
  if (query.demo !== undefined) all.push(`h.demo = ${parameters.bind(query.demo)}::boolean`);
  return all;
}

/** What lies behind a page's end in the order asked for. */
export function beyond(position: Position, order: HitQuery['order'], parameters: Parameters): string {
  const time = parameters.bind(position.eventTime);
  const id = parameters.bind(position.id);
  return `(h.event_time, h.id) ${order === 'newest' ? '<' : '>'} (${time}::timestamptz, ${id}::text)`;
}
