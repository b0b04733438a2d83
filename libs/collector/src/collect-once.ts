import { VigilError, type Clock, type Post, type SourceDraft } from '@vigil/contracts';
import type { GuardedClient } from '@vigil/fetching';
import type { Problem } from './connectors/connector.js';
import { allConnectors, connectorOf } from './connectors/registry.js';

export interface CollectOnceParts {
  readonly client: GuardedClient;
  readonly clock: Clock;
  /** The one folder file imports may read from; null: none. */
  readonly importDir: string | null;
  readonly signal?: AbortSignal;
  readonly onProblem?: (problem: Problem) => void;
}

/**
 * The posts a source gives now, from its beginning, without a database and without keeping anything: for
 * `vigil collect --once`. A source that would be followed is read to where it ends now. Throws as the connectors do,
 * and `source-expired` where its approval has ended.
 */
export async function* collectOnce(draft: SourceDraft, parts: CollectOnceParts): AsyncGenerator<Post> {
  if (Date.parse(draft.justification.until) <= parts.clock.now()) {
    throw new VigilError(
      'source-expired',
      `the approval of source ${draft.id} ended at ${draft.justification.until}: it is not collected`,
    );
  }
  const { locator } = draft;
  const readOnce = locator.kind === 'import' ? { ...locator, mode: 'once' as const } : locator;
  const connector = connectorOf(allConnectors(), locator.kind);
  if (connector.style(readOnce) === 'push') {
    throw new VigilError(
      'bad-input',
      `source ${draft.id} has no address to read from: its lines arrive by POST`,
    );
  }
  const source = { ...draft, locator: readOnce, demo: false, createdAt: parts.clock.instant() };
  const reading = {
    client: parts.client,
    clock: parts.clock,
    importDir: parts.importDir,
    signal: parts.signal ?? new AbortController().signal,
    keep: async () => null,
    setAside: parts.onProblem ?? (() => undefined),
  };
  for await (const piece of connector.read(source, null, reading)) {
    for (const event of piece.events) yield event.post;
  }
}
