import { ROLES, type Places, type Role } from './places.js';

/** What one role takes. */
export interface PlanPart {
  readonly role: Role;
  readonly from: string;
  readonly to: string;
  /** False where both sides keep it in the same place, or where it goes along with the records. */
  readonly moves: boolean;
  /** `31 tables, 12,345 rows`. */
  readonly what: string;
  /** Null where nobody knows before. */
  readonly bytes: number | null;
}

/** Which roles change their place; `sameRecords`: the database is one and the same. */
export interface Changes {
  readonly records: boolean;
  readonly evidence: boolean;
  /** The index is filled anew: rows that go along with the records do not count. */
  readonly hits: boolean;
  /** The log goes to another engine: rows that go along with the records do not count. */
  readonly log: boolean;
}

/** What has to be done for each role. An index or log within the records travels with them, unless it ends up elsewhere. */
export function changesOf(
  from: Places,
  to: Places,
  sameRecords: boolean,
  within: { readonly from: Record<'hits' | 'log', boolean>; readonly to: Record<'hits' | 'log', boolean> },
): Changes {
  const apart = (role: 'hits' | 'log'): boolean =>
    within.from[role] && within.to[role]
      ? false
      : within.from[role] !== within.to[role] || from[role] !== to[role];
  return {
    records: !sameRecords,
    evidence: from.evidence !== to.evidence,
    hits: apart('hits'),
    log: apart('log'),
  };
}

export function partsOf(
  from: Places,
  to: Places,
  changes: Changes,
  sizes: Readonly<Record<Role, { readonly what: string; readonly bytes: number | null }>>,
): PlanPart[] {
  return ROLES.map((role) => ({
    role,
    from: from[role],
    to: to[role],
    moves: changes[role],
    ...sizes[role],
  }));
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `12.3 MB`: decimal, three digits. */
export function readableBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${UNITS[unit]}`;
}

/** `12,345`, wherever it is read. */
export function readableCount(count: number): string {
  return count.toLocaleString('en-US');
}
