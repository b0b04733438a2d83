import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../testing/harness.js';
import { connectorContract } from './connector.contract.js';
import { ImportConnector } from './import/import-connector.js';
import { allConnectors } from './registry.js';
import { RssConnector } from './rss/rss-connector.js';

const line = (id: string) => `${JSON.stringify({ id, text: `text ${id}` })}\n`;

/** Kind by kind; a kind of the registry that is missing here fails below. */
const RUN = new Map<string, () => void>([
  [
    'import',
    () => {
      connectorContract('import of a file', async () => {
        const importDir = await mkdtemp(join(tmpdir(), 'vigil-contract-'));
        const file = join(importDir, 'posts.ndjson');
        return {
          connector: new ImportConnector(),
          locator: {
            kind: 'import',
            from: { file: 'posts.ndjson' },
            mode: 'once',
            speed: 1,
            backfill: false,
          },
          importDir,
          publish: (ids) => appendFile(file, ids.map(line).join('')),
          close: () => rm(importDir, { recursive: true }),
        };
      });
      connectorContract('import over HTTP', async () => {
        let body = '';
        const server = await serve((request, response) => {
          const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
          const bytes = Buffer.from(body);
          if (from > 0 && from >= bytes.length)
            response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
          else if (from > 0)
            response
              .writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
              .end(bytes.subarray(from));
          else response.end(bytes);
        });
        return {
          connector: new ImportConnector(),
          locator: { kind: 'import', from: server.url, mode: 'once', speed: 1, backfill: false },
          publish: async (ids) => void (body += ids.map(line).join('')),
          close: server.close,
        };
      });
    },
  ],
  [
    'rss',
    () => {
      connectorContract('rss', async () => {
        let items: string[] = [];
        const server = await serve((_, response) => {
          const entries = [...items]
            .reverse()
            .map(
              (id) =>
                `<item><guid>urn:test:${id}</guid><title>title ${id}</title><description>text ${id}</description></item>`,
            );
          response.end(`<rss version="2.0"><channel><title>feed</title>${entries.join('')}</channel></rss>`);
        });
        return {
          connector: new RssConnector(),
          locator: { kind: 'rss', url: server.url },
          publish: async (ids) => void (items = [...items, ...ids]),
          close: server.close,
        };
      });
    },
  ],
]);

for (const run of RUN.values()) run();

it('every registered kind of source has run the contract', () => {
  expect([...RUN.keys()].sort()).toEqual([...allConnectors().keys()].sort());
});
