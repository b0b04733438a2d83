import { VigilError, type Locator, type SourceKind } from '@vigil/contracts';
import type { Connector } from './connector.js';
import { ImportConnector } from './import/import-connector.js';
import { RssConnector } from './rss/rss-connector.js';

/** Every kind of source and what reads it: a new kind is its folder and one line here. */
const CONNECTORS: { readonly [K in SourceKind]: () => Connector<Extract<Locator, { kind: K }>> } = {
  rss: () => new RssConnector(),
  import: () => new ImportConnector(),
};

export type Connectors = ReadonlyMap<SourceKind, Connector>;

/** One connector of each kind; they keep no state. */
export function allConnectors(): Connectors {
  const entries = Object.entries(CONNECTORS).map(([kind, make]) => {
    // The table above ties each kind to its connector; a Map cannot say so in types.
    return [kind as SourceKind, make() as unknown as Connector] as const;
  });
  return new Map(entries);
}

/** Throws `internal`: a stored locator's kind is one of the registry's. */
export function connectorOf(connectors: Connectors, kind: SourceKind): Connector {
  const connector = connectors.get(kind);
  if (connector === undefined) throw new VigilError('internal', `no connector for sources of kind ${kind}`);
  return connector;
}
