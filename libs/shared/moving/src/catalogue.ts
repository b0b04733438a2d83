import { VigilError } from '@vigil/contracts';
import type { Client } from './rows.js';

/** A table that holds rows, as both databases have it: one schema version, so one shape. */
export interface Table {
  readonly name: string;
  /** Written ones only; generated ones make themselves. */
  readonly columns: readonly string[];
  /** An ORDER BY that gives the same order on every server, whatever it sorts text by. */
  readonly order: string;
  /** Where it is a part of a partitioned table: which, and the bounds as PostgreSQL writes them. */
  readonly part: { readonly of: string; readonly bounds: string } | null;
  /** Tables that must be filled before. */
  readonly references: readonly string[];
}

/** Live leases of processes that have stopped: they mean nothing elsewhere. */
const LEFT_BEHIND = new Set(['bus_consumer', 'collector_instance']);

/** Columns that name such a process. */
const FREED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bus_offset: { owner: 'NULL::integer' },
  source_progress: { lease_owner: 'NULL::uuid' },
};

/** The tables of our schema, in the order in which they can be filled. */
export async function tablesOf(client: Client): Promise<Table[]> {
  const { rows } = await client.query<{
    name: string;
    columns: string[];
    key: { name: string; text: boolean }[] | null;
    parent: string | null;
    bounds: string | null;
    references: string[];
  }>(TABLES);
  const tables = rows
    .filter(({ name }) => !LEFT_BEHIND.has(name))
    .map(({ name, columns, key, parent, bounds, references }) => ({
      name,
      columns,
      // A table without a key has a row or two.
      order: key === null ? 't::text COLLATE "C"' : key.map(orderOf).join(', '),
      part: parent === null || bounds === null ? null : { of: parent, bounds },
      references,
    }));
  return inOrder(tables);
}

const orderOf = ({ name, text }: { name: string; text: boolean }): string =>
  `t.${quoted(name)}${text ? ' COLLATE "C"' : ''}`;

const TABLES = `
SELECT c.relname AS name, p.relname AS parent, pg_get_expr(c.relpartbound, c.oid) AS bounds,
  array(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
  (SELECT json_agg(json_build_object('name', a.attname, 'text', a.attcollation <> 0) ORDER BY k.place)
   FROM pg_index x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place), pg_attribute a
   WHERE x.indrelid = c.oid AND x.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum) AS key,
  array(SELECT DISTINCT r.relname::text FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS references
FROM pg_class c
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
ORDER BY c.relname COLLATE "C"`;

/** Every table after those it refers to, else by name. Throws `internal` for a circle, which our schema has none of. */
export function inOrder<T extends Pick<Table, 'name' | 'references'>>(tables: readonly T[]): T[] {
  const ordered: T[] = [];
  const done = new Set<string>();
  const names = new Set(tables.map(({ name }) => name));
  let left = [...tables];
  while (left.length > 0) {
    const ready = left.filter(({ references }) =>
      references.every((one) => done.has(one) || !names.has(one)),
    );
    if (ready.length === 0)
      throw new VigilError(
        'internal',
        `tables refer to each other in a circle: ${left.map((t) => t.name).join(', ')}`,
      );
    for (const table of ready) done.add(table.name);
    ordered.push(...ready);
    left = left.filter(({ name }) => !done.has(name));
  }
  return ordered;
}

/** The table and all that refer to it, directly or not: what goes when it is emptied. */
export function withDependents(tables: readonly Table[], name: string): string[] {
  const gone = new Set([name]);
  // In dependency order one pass sees them all.
  for (const table of tables) if (table.references.some((one) => gone.has(one))) gone.add(table.name);
  return [...gone];
}

/** Rows of a table in key order, as they are to be elsewhere. */
export function selectRows({ name, columns, order }: Table): string {
  const freed = FREED[name] ?? {};
  const list = columns.map((column) => freed[column] ?? `t.${quoted(column)}`);
  return `COPY (SELECT ${list.join(', ')} FROM ${quoted(name)} t ORDER BY ${order}) TO STDOUT`;
}

export function insertRows({ name, columns }: Table): string {
  return `COPY ${quoted(name)} (${columns.map(quoted).join(', ')}) FROM STDIN`;
}

/** Makes the part of a partitioned table where the target lacks it. */
export function makePart({ name, part }: Table): string | null {
  if (part === null) return null;
  return `CREATE TABLE IF NOT EXISTS ${quoted(name)} PARTITION OF ${quoted(part.of)} ${part.bounds}`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
