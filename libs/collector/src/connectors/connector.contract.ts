import { PostEvent, SystemClock, type Locator } from '@vigil/contracts';
import { GuardedClient } from '@vigil/fetching';
import {
  MAX_PIECE,
  type Connector,
  type Gathered,
  type Problem,
  type Reading,
  type WatchedSource,
} from './connector.js';

/** A source under test and the other end of it. */
export interface ConnectorStage {
  readonly connector: Connector;
  readonly locator: Locator;
  /** Folder of file imports, where the kind has them. */
  readonly importDir?: string;
  /** Makes the origin hold these posts, by their native ids, in this order of publication; what it had goes first. */
  publish(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** What every connector promises its caller; see `Connector`. */
export function connectorContract(name: string, open: () => Promise<ConnectorStage>): void {
  describe(`connector contract: ${name}`, () => {
    const client = new GuardedClient({
      allowHosts: ['127.0.0.1'],
      timeoutMs: 5_000,
      maxBytes: 16 * 1024 * 1024,
      userAgent: 'test',
    });
    let stage: ConnectorStage;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(() => stage.close());
    afterAll(() => client.close());

    const source = (): WatchedSource => ({
      id: 'contract' as WatchedSource['id'],
      locator: stage.locator,
      labels: { region: 'sahel', languages: [], context: 'unknown' },
      schedule: { everySeconds: 300 },
      demo: false,
      createdAt: '2026-01-01T00:00:00.000Z',
    });

    const read = async (
      cursor: unknown,
      more: Partial<Reading> = {},
    ): Promise<{ pieces: Gathered[]; problems: Problem[] }> => {
      const pieces: Gathered[] = [];
      const problems: Problem[] = [];
      const reading: Reading = {
        client,
        clock: new SystemClock(),
        importDir: stage.importDir ?? null,
        signal: new AbortController().signal,
        keep: async () => null,
        setAside: (problem) => problems.push(problem),
        ...more,
      };
      for await (const piece of stage.connector.read(source(), cursor, reading)) pieces.push(piece);
      return { pieces, problems };
    };
    const idsOf = (pieces: readonly Gathered[]) =>
      pieces.flatMap((piece) => piece.events.map((event) => `${event.post.id} ${event.post.revision}`));
    /** What a cursor is after it was stored and read again. */
    const stored = (cursor: unknown): unknown => JSON.parse(JSON.stringify(cursor));
    const many = Array.from({ length: MAX_PIECE * 2 + 7 }, (_, at) => `post-${at}`);

    it('gives every post once, in order, as valid events in bounded pieces', async () => {
      await stage.publish(many);
      const { pieces, problems } = await read(null);
      const events = pieces.flatMap((piece) => piece.events);
      expect(events.map((event) => event.post.text)).toEqual(many.map((id) => expect.stringContaining(id)));
      expect(new Set(events.map((event) => event.post.id)).size).toBe(many.length);
      for (const event of events) expect(PostEvent.parse(event)).toEqual(event);
      expect(Math.max(...pieces.map((piece) => piece.events.length))).toBeLessThanOrEqual(MAX_PIECE);
      expect(events[0]).toMatchObject({
        region: 'sahel',
        context: 'unknown',
        post: { sourceId: 'contract', demo: false },
      });
      expect(problems).toEqual([]);
    });

    it('gives nothing twice from its last cursor, and then only what is new', async () => {
      await stage.publish(['a', 'b']);
      const cursor = stored((await read(null)).pieces.at(-1)?.cursor);
      expect(idsOf((await read(cursor)).pieces)).toEqual([]);
      await stage.publish(['c']);
      expect(
        (await read(cursor)).pieces.flatMap((piece) => piece.events).map((event) => event.post.text),
      ).toEqual([expect.stringContaining('c')]);
    });

    it('goes on from any cursor it gave, with the same ids and revisions', async () => {
      await stage.publish(many);
      const { pieces } = await read(null);
      const all = idsOf(pieces);
      let given = 0;
      for (const piece of pieces) {
        given += piece.events.length;
        expect(idsOf((await read(stored(piece.cursor))).pieces)).toEqual(all.slice(given));
      }
    });

    it('gives the same again from the same cursor', async () => {
      await stage.publish(['a', 'b', 'c']);
      expect(idsOf((await read(null)).pieces)).toEqual(idsOf((await read(null)).pieces));
    });

    it.each([['text'], [7], [{ offset: -1 }], [{ seen: 'x' }], [[]]])(
      'refuses the cursor %j by name',
      async (cursor) => {
        await stage.publish(['a']);
        await expect(read(cursor)).rejects.toMatchObject({
          code: 'bad-input',
          message: expect.stringContaining('cursor of source contract'),
        });
      },
    );

    it('ends when its signal says so', async () => {
      await stage.publish(['a']);
      const controller = new AbortController();
      controller.abort();
      await read(null, { signal: controller.signal }).catch((error: unknown) =>
        expect(error).toMatchObject({ name: 'VigilError' }),
      );
    });
  });
}
