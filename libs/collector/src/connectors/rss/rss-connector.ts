import type { z } from 'zod';
import { type RssLocator, VigilError } from '@vigil/contracts';
import { Connector, type Gathered } from '../connector.js';
type Rss = z.infer<typeof RssLocator>;
export class RssConnector extends Connector<Rss> {
  readonly kind = 'rss';
  style(): 'poll' { return 'poll'; }
  async *read(): AsyncGenerator<Gathered> { throw new VigilError('internal','soon'); }
}
