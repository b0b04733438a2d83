import { Client } from '@elastic/elasticsearch';
import { HitQuery } from '@vigil/contracts';
import { aHit, describeWithEngine, eventually } from '@vigil/testing';
import { openElasticsearch } from './open.js';
import { type HitSchema, SCHEMA } from './schema.js';
import { dropAll, ENGINE, optionsFor, SILENT } from './spec-tools.js';

/** A change that a stored index cannot take: the channel as words. */
const NEXT: HitSchema = {
  version: SCHEMA.version + 1,
  properties: { ...SCHEMA.properties, channel: { type: 'keyword', index: false, doc_values: true } },
};

const hitOf = (n: number, revision = 0, text = 'words of the first revision') => {
  const hit = aHit();
  const id = `rss:moved/${n}` as typeof hit.post.id;
  const firstSeenAt = n % 2 === 0 ? '2026-10-05T00:00:00.000Z' : '2026-11-05T00:00:00.000Z';
  return {
    ...hit,
    post: { ...hit.post, id, revision, text },
    verdict: { ...hit.verdict, postId: id, revision },
    firstSeenAt,
  };
};
const range = (count: number) => Array.from({ length: count }, (_, n) => n);

describeWithEngine('a new version of the mappings', ENGINE, (url) => {
  it('takes over all hits while they are searched, written and erased, and the old indices go', async () => {
    const options = optionsFor(url);
    const client = new Client({ node: url });
    const hits = 1_600;
    const before = await openElasticsearch(options, SILENT);
    await before.put(range(hits).map((n) => hitOf(n)));
    await before.close();

    const index = await openElasticsearch(options, SILENT, { schema: NEXT });
    const all = async () => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await index.search(HitQuery.parse({ size: 200, cursor }));
        ids.push(...page.hits.map(({ hit }) => hit.post.id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return new Set(ids);
    };
    // Before, during and after: nothing is ever missing, and nothing that was written or erased comes back.
    const oldIndices = async () =>
      Object.keys(await client.indices.get({ index: `${options.elasticsearchPrefix}-hits-v1-*` }));
    await index.put(range(40).map((n) => hitOf(n, 1, 'edited words')));
    await index.put(range(40).map((n) => hitOf(n)));
    await index.erase({ ids: [hitOf(1_500).post.id] });
    await index.put([hitOf(hits)]);
    const seen: { found: number; edited: number }[] = [];
    await eventually(
      async () => {
        const { total: edited } = await index.search(HitQuery.parse({ text: 'edited', size: 1 }));
        seen.push({ found: (await all()).size, edited });
        return (await oldIndices()).length === 0;
      },
      { timeoutMs: 60_000 },
    );
    expect(seen.filter(({ found, edited }) => found !== hits || edited < 40)).toEqual([]);
    const page = await index.search(HitQuery.parse({ text: 'edited' }));
    expect(page.total).toBe(40);
    expect((await index.search(HitQuery.parse({}))).total).toBe(hits);
    expect((await all()).has(hitOf(1_500).post.id)).toBe(false);
    const mappings = await client.indices.getMapping({ index: `${options.elasticsearchPrefix}-hits-v2-*` });
    expect(Object.keys(mappings)).toHaveLength(2);

    await index.close();
    await client.close();
    await dropAll(url, options.elasticsearchPrefix);
  }, 90_000);

  it('lets no old redelivery win over what still stands in an old index', async () => {
    const options = optionsFor(url);
    const before = await openElasticsearch(options, SILENT);
    await before.put([hitOf(1, 5, 'the fifth revision')]);
    await before.close();
    const index = await openElasticsearch(options, SILENT, { schema: NEXT });
    await index.put([hitOf(1, 2, 'the second revision')]);
    const found = await index.search(HitQuery.parse({}));
    expect(found.hits.map(({ hit }) => hit.post.revision)).toContain(5);
    expect(found.hits.map(({ hit }) => hit.post.revision)).not.toContain(2);
    await index.close();
    await dropAll(url, options.elasticsearchPrefix);
  });
});
