import { beforeEach, describe, expect, it } from '@jest/globals';
import { TEXT_BANK, type Campaign, type Post, type Verdict } from '@vigil/contracts';
import { TestClock, aPost, aVerdict, withTestDatabase } from '@vigil/testing';
import { Campaigns, OPEN_DAYS } from './campaigns.js';
import { marksOf, type Marks } from './marks.js';

const STATEMENT =
  'from this spring on every orchard between the river and the old mill stands under our care and none may prune it';
const EDITED = STATEMENT.replace('spring', 'summer');
const TRANSLATED =
  'à partir de ce printemps chaque verger entre la rivière et le vieux moulin est confié à nos soins et personne ne le taille';
const OTHER =
  'we met at the lake and counted the herons again, there were nineteen of them and two very young ones';

describe('campaigns', () => {
  const { db } = withTestDatabase();
  let clock: TestClock;
  let campaigns: Campaigns;
  let count = 0;

  beforeEach(async () => {
    await db().query('TRUNCATE campaign, campaign_voice, campaign_post');
    clock = new TestClock();
    campaigns = new Campaigns(db(), clock);
  });

  function mark(
    text: string,
    more: Partial<Post> & { hoursAgo?: number; verdict?: Partial<Verdict> } = {},
  ): Marks {
    const { hoursAgo = 0, verdict, ...fields } = more;
    const at = new Date(clock.now() - hoursAgo * 3_600_000).toISOString();
    const post: Post = {
      ...aPost().saying(text).build(),
      id: `test:${(count += 1)}` as Post['id'],
      language: 'en',
      publishedAt: at,
      collectedAt: at,
      ...fields,
    };
    return marksOf(post, { ...aVerdict(post), ...verdict }, clock.now());
  }
  const source = (name: string) => name as Post['sourceId'];
  const one = async (post: Marks): Promise<Campaign | undefined> =>
    (await campaigns.assign([post])).get(post.key);

  it('groups near copies across sources, and names a campaign after the first post seen', async () => {
    const first = mark(STATEMENT, { sourceId: source('a') });
    expect(await one(first)).toMatchObject({ id: first.key, posts: 1, sources: 1, coordinated: false });
    expect(await one(mark(STATEMENT.toUpperCase(), { sourceId: source('b') }))).toMatchObject({
      id: first.key,
      posts: 2,
      sources: 2,
    });
    expect(await one(mark(`${EDITED}!`, { sourceId: source('c') }))).toMatchObject({
      id: first.key,
      posts: 3,
    });
    expect((await one(mark(OTHER)))?.id).not.toBe(first.key);
    expect(await campaigns.state([first.key])).toMatchObject([{ asked: first.key, campaign: { posts: 3 } }]);
    expect(await one(mark('peace be with you all'))).toBeUndefined();
  });

  it('counts a post once however often it comes, and leaves an edited one where it is', async () => {
    const [first, second] = [mark(STATEMENT), mark(EDITED)];
    await campaigns.assign([first, second]);
    const again = await campaigns.assign([first, second, first, { ...second, text: mark(OTHER).text }]);
    expect([...again.values()]).toMatchObject([
      { id: first.key, posts: 2 },
      { id: first.key, posts: 2 },
    ]);
  });

  it('begins one campaign where many classifiers see its first posts at the same moment', async () => {
    const posts = Array.from({ length: 12 }, (_, at) =>
      mark(at % 2 ? STATEMENT : EDITED, { sourceId: source(`s${at}`) }),
    );
    const others = Array.from({ length: 3 }, () => new Campaigns(db(), clock));
    await Promise.all(
      posts.map((post, at) => (others[at % 3] as Campaigns).assign([post, posts[0] as Marks])),
    );
    const states = await campaigns.state(posts.map(({ key }) => key));
    expect(new Set(states.map(({ campaign }) => campaign.id)).size).toBe(1);
    expect(states[0]?.campaign).toMatchObject({ posts: 12, sources: 12, coordinated: true });
  });

  it('calls coordinated what begins in five sources within a day, and not what spreads over weeks', async () => {
    const spread = [96, 72, 48, 24, 0].map((hoursAgo, at) =>
      mark(OTHER, { sourceId: source(`s${at}`), hoursAgo: hoursAgo * 2 }),
    );
    const repeated = Array.from({ length: 9 }, () => mark(OTHER, { sourceId: source('s4') }));
    const slow = await campaigns.assign([...spread, ...repeated]);
    expect([...slow.values()][0]).toMatchObject({ posts: 14, sources: 5, coordinated: false });
    const release = [20, 15, 10, 5].map((hoursAgo, at) =>
      mark(STATEMENT, { sourceId: source(`r${at}`), hoursAgo }),
    );
    expect([...(await campaigns.assign(release)).values()][0]).toMatchObject({
      sources: 4,
      coordinated: false,
    });
    expect(await one(mark(STATEMENT, { sourceId: source('r4') }))).toMatchObject({
      sources: 5,
      coordinated: true,
    });
  });

  it.each([
    [
      'the same media',
      {
        media: [
          {
            url: 'https://a.example/1',
            mime: 'image/png',
            sha256: 'a'.repeat(64),
            evidenceKey: null,
            width: 1,
            height: 1,
          },
        ],
      },
    ],
    ['a link to the same post', { links: ['https://www.example.org/posts/77/'] }],
    [
      'a known text of the same statement',
      {
        verdict: {
          matches: [
            {
              ...(aVerdict(aPost().build()).matches[0] as Verdict['matches'][number]),
              kind: TEXT_BANK,
              slogan: { id: `${TEXT_BANK}/orchards`, title: 'orchards' },
            } as Verdict['matches'][number],
          ],
        },
      },
    ],
  ])('ties translations by %s: three languages within a day are a coordinated release', async (_, tie) => {
    const first = mark(STATEMENT, { hoursAgo: 3, ...tie });
    await one(first);
    expect(await one(mark(TRANSLATED, { hoursAgo: 2, language: 'fr', ...tie }))).toMatchObject({
      id: first.key,
      languages: 2,
      coordinated: false,
    });
    expect(await one(mark(OTHER, { language: 'und', ...tie }))).toMatchObject({ posts: 3, languages: 2 });
    expect(await one(mark(`${OTHER} indeed`, { language: 'ur-Latn', ...tie }))).toMatchObject({
      id: first.key,
      sources: 1,
      languages: 3,
      coordinated: true,
    });
    clock.advance({ days: 2 });
    expect(
      (await one(mark('a post of another day that tells of nothing but the weather and the wind here', tie)))
        ?.id,
    ).not.toBe(first.key);
  });

  it('ties nothing by links to a channel, an invitation or a site', async () => {
    const links = [
      'https://t.me/somechannel',
      'https://t.me/+invitation',
      'https://example.org/',
      'not a link',
    ];
    expect((await one(mark(STATEMENT, { links })))?.posts).toBe(1);
    expect((await one(mark(OTHER, { links })))?.posts).toBe(1);
  });

  it('makes one of campaigns that a post ties together; the ids of all lead to the one that began first', async () => {
    const link = { links: ['https://example.org/files/1'] };
    const first = mark(STATEMENT, { hoursAgo: 5, sourceId: source('a') });
    const second = mark(OTHER, { hoursAgo: 3, sourceId: source('a'), ...link });
    await one(first);
    await one(second);
    const joined = await one(mark(STATEMENT, { hoursAgo: 1, sourceId: source('b'), ...link }));
    expect(joined).toMatchObject({ id: first.key, posts: 3, sources: 2 });
    expect(await campaigns.state([second.key, first.key])).toMatchObject([
      { campaign: { id: first.key, posts: 3 } },
      { campaign: { id: first.key, posts: 3 } },
    ]);
    expect(await one(mark(`${OTHER} today`))).toMatchObject({ id: first.key, posts: 4 });
  });

  it('lets one post stand for all that the same thing ties to it within the hour', async () => {
    const link = { links: ['https://example.org/files/2'] };
    const first = mark(STATEMENT, link);
    await one(first);
    const flood = Array.from({ length: 250 }, (_, at) => mark(`${OTHER} ${at} and ${at + 1}`, link));
    const tied = [...(await campaigns.assign(flood)).values()];
    expect(new Set(tied.map(({ id }) => id))).toEqual(new Set([first.key]));
    expect(tied.at(-1)).toMatchObject({ posts: 251 });
    expect(await db().query(`SELECT count(*)::int AS n FROM campaign_post WHERE ties <> '{}'`)).toEqual([
      { n: 1 },
    ]);
  });

  it('goes on under its id for as long as variants come, also past the age of the post that stands for them', async () => {
    const first = mark(STATEMENT);
    await one(first);
    for (const word of ['indeed', 'truly', 'surely']) {
      clock.advance({ days: 20 });
      await campaigns.expire();
      expect(await one(mark(`${STATEMENT} ${word}`))).toMatchObject({ id: first.key });
    }
  });

  it('keeps demo posts apart, has nothing of erased ones, and forgets in time', async () => {
    const real = mark(STATEMENT);
    await one(real);
    expect(await one(mark(STATEMENT, { demo: true }))).toMatchObject({ posts: 1 });
    const erased = mark(STATEMENT);
    await db().query('INSERT INTO erased_post (key, erased_at) VALUES ($1, now())', [erased.key]);
    expect(await one(erased)).toBeUndefined();
    expect(await campaigns.expire()).toBe(0);
    clock.advance({ days: OPEN_DAYS, hours: 1 });
    expect(await campaigns.expire()).toBe(2);
    expect(await db().query('SELECT 1 FROM campaign_post UNION ALL SELECT 1 FROM campaign_voice')).toEqual(
      [],
    );
  });
});
