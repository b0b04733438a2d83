import { isVigilError, VigilError } from '@vigil/contracts';
import { reasonOf } from '../delivery/transient.js';

/** Where a part of an error stands that kafkajs does not declare: its protocol type and system code. */
function wordOf(error: Error, field: 'type' | 'code'): string {
  const found: unknown = Reflect.get(error, field);
  return typeof found === 'string' ? found : '';
}

/** The error and what caused it, outermost first; kafkajs nests them when its retries are used up. */
export function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let one = error; one instanceof Error && chain.length < 8;) {
    chain.push(one);
    const original: unknown = Reflect.get(one, 'originalError');
    one = one.cause ?? original;
  }
  return chain;
}

/** The broker's own name of the error, such as ILLEGAL_GENERATION, else the system's, such as ECONNREFUSED. */
export function kindOf(error: unknown): string {
  for (const one of causes(error)) {
    const kind = isVigilError(one) ? '' : wordOf(one, 'type') || wordOf(one, 'code');
    if (kind) return kind;
  }
  return '';
}

const LOST = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** The partitions are no longer ours. */
export const isExpelled = (error: unknown): boolean => LOST.has(kindOf(error));
export const isRebalance = (error: unknown): boolean => kindOf(error) === 'REBALANCE_IN_PROGRESS';

const SETTLING = new Set([
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'NOT_COORDINATOR_FOR_GROUP',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/** What brokers answer while a coordinator loads or a new topic spreads: a moment later the same question is answered. */
export const isSettling = (error: unknown): boolean => SETTLING.has(kindOf(error));

/** Wrong for good, whoever waits: an operator must change something. */
const REFUSED =
  /AUTHORIZATION_FAILED|SASL|UNSUPPORTED_VERSION|INVALID_REPLICATION|POLICY_VIOLATION|INVALID_CONFIG/;
const TOO_LARGE = /MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/;

/** What went wrong between us and the brokers, as one of ours: passing, unless the brokers refused. */
export function translated(error: unknown, doing: string): VigilError {
  if (isVigilError(error)) return error;
  const kind = kindOf(error);
  const name = error instanceof Error ? error.name : '';
  const root = causes(error).at(-1);
  const reason = `${doing}: ${kind && !root?.message.includes(kind) ? `${kind}, ` : ''}${reasonOf(root ?? error)}`;
  if (TOO_LARGE.test(kind)) return new VigilError('too-large', reason, { cause: error });
  if (REFUSED.test(`${kind} ${name}`))
    return new VigilError('engine-misconfigured', reason, { cause: error, retriable: true });
  return new VigilError('engine-unavailable', reason, { cause: error, retriable: true });
}
