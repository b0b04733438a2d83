import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuthModule, AuditLog, Sessions } from '@vigil/auth';
import { MessageBus, PostgresBus } from '@vigil/bus';
import { readSettings, SETTINGS } from '@vigil/config';
import { Clock, POSTS, Source, SystemClock, type PostEvent } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { EvidenceStore, FolderEvidenceStore } from '@vigil/evidence';
import { BullJobs, Jobs } from '@vigil/jobs';
import { createHttpApp } from '@vigil/runtime';
import { Telemetry } from '@vigil/telemetry';
import { eventually, recordingTelemetry, withTestDatabase } from '@vigil/testing';
import { CollectorModule } from '../collector.module.js';
import { aDraft, serve } from '../testing/harness.js';

const TOKEN = 'a-machine-token-for-this-test';
class Surroundings {}
class WholeModule {}

describe('sources over HTTP', () => {
  const { db } = withTestDatabase();
  const published: PostEvent[] = [];
  let app: NestFastifyApplication;
  let url: string;
  let dir: string;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vigil-sources-'));
    const settings = readSettings({
      VIGIL_DATA_DIR: dir,
      VIGIL_ALLOW_HOSTS: '127.0.0.1',
      VIGIL_MAX_BODY_BYTES: '20000',
    });
    const { telemetry } = recordingTelemetry();
    const bus = new PostgresBus(db(), telemetry, { partitions: 2, transitDays: 7, transitMaxBytes: 1e9 });
    const jobs = await BullJobs.open(db(), telemetry);
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: Clock, useClass: SystemClock },
      { provide: Telemetry, useValue: telemetry },
      { provide: Database, useValue: db() },
      { provide: MessageBus, useValue: bus },
      { provide: EvidenceStore, useValue: new FolderEvidenceStore(join(dir, 'evidence')) },
      { provide: Jobs, useValue: jobs },
    ];
    const surroundings = {
      module: Surroundings,
      global: true,
      providers,
      exports: providers.map((one) => one.provide),
    };
    const module = {
      module: WholeModule,
      imports: [surroundings, AuthModule.forSettings(settings.http), CollectorModule],
    };
    app = await createHttpApp(module, {
      settings: settings.http,
      telemetry,
      consoleDir: null,
      version: 'test',
    });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await app.get(Sessions).ensureLocalAdministrator();
    await app.get(Sessions).allowMachineToken('test', TOKEN);
    await bus.consume(POSTS, 'test', {
      handle: async (batch) => void published.push(...batch.messages.map((message) => message.value)),
    });
    closing.push(
      () => app.close(),
      () => jobs.close(),
      () => bus.close(),
      () => rm(dir, { recursive: true }),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  const ask = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const importLines = async (source: string, lines: string, type = 'application/x-ndjson') => {
    const answer = await fetch(`${url}/api/import?source=${source}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
      body: lines,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('are added with a justification, shown, changed and removed, and each deed is in the audit chain', async () => {
    const draft = aDraft('lifecycle', { kind: 'import' });
    const created = await ask('POST', '/sources', draft);
    expect(created.status).toBe(201);
    expect(Source.parse(created.body)).toMatchObject({
      id: 'lifecycle',
      demo: false,
      health: { state: 'waiting', postsCollected: 0 },
    });
    expect(await ask('POST', '/sources', draft)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(
      await ask('PATCH', '/sources/lifecycle', { paused: true, labels: { region: 'levant' } }),
    ).toMatchObject({
      status: 200,
      body: { paused: true, labels: { region: 'levant' }, health: { state: 'paused' } },
    });
    expect(await ask('POST', '/sources/lifecycle/poll')).toMatchObject({ status: 409 });
    expect((await ask('DELETE', '/sources/lifecycle')).status).toBe(204);
    expect(await ask('GET', '/sources/lifecycle')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    const actions = (await app.get(AuditLog).page(10))
      .filter((entry) => entry.subject === 'lifecycle')
      .map((entry) => entry.action);
    expect(actions).toEqual(['source.delete', 'source.change', 'source.create']);
  });

  it('are refused with the field at fault: no reason, an approval that ended, another kind, unknown fields', async () => {
    const draft = aDraft('refused', { kind: 'import' });
    const { justification: _, ...without } = draft;
    expect(await ask('POST', '/sources', without)).toMatchObject({
      status: 400,
      body: { fields: [{ path: 'justification' }] },
    });
    expect(
      await ask('POST', '/sources', { ...draft, justification: { ...draft.justification, reason: 'short' } }),
    ).toMatchObject({ status: 400, body: { fields: [{ path: 'justification.reason' }] } });
    expect(
      await ask('POST', '/sources', {
        ...draft,
        justification: { ...draft.justification, until: '2020-01-01T00:00:00Z' },
      }),
    ).toMatchObject({ status: 422, body: { code: 'source-expired' } });
    expect(await ask('POST', '/sources', { ...draft, extra: 1 })).toMatchObject({ status: 400 });
    expect(
      await ask('POST', '/sources', { ...draft, locator: { kind: 'rss', url: 'file:///etc/passwd' } }),
    ).toMatchObject({ status: 400, body: { fields: [{ path: 'locator.url' }] } });
    expect(await ask('GET', '/sources')).toMatchObject({ status: 200, body: [] });
    await ask('POST', '/sources', draft);
    expect(
      await ask('PATCH', '/sources/refused', { locator: { kind: 'rss', url: 'https://example.org/' } }),
    ).toMatchObject({ status: 400, body: { fields: [{ path: 'locator.kind' }] } });
    expect(await ask('PATCH', '/sources/refused', { id: 'other' })).toMatchObject({ status: 400 });
    expect(await ask('GET', '/sources/..%2f..%2fetc')).toMatchObject({ status: 404 });
    await ask('DELETE', '/sources/refused');
  });

  it('need a permission', async () => {
    for (const path of ['/sources', '/sources/x', '/sources/x/problems'])
      expect((await fetch(`${url}/api${path}`)).status).toBe(401);
    expect(
      (
        await fetch(`${url}/api/import?source=x`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson' },
          body: '{}',
        })
      ).status,
    ).toBe(401);
  });

  it('take an import of any size as it comes, count bad lines and name the first', async () => {
    await ask('POST', '/sources', aDraft('posted', { kind: 'import' }));
    const lines = Array.from({ length: 3_000 }, (_, at) =>
      at === 1_000 ? 'nonsense\n' : `${JSON.stringify({ id: at, text: `line ${at} ${'x'.repeat(100)}` })}\n`,
    );
    const answer = await importLines('posted', lines.join(''));
    expect(answer).toMatchObject({
      status: 200,
      body: {
        published: 2_999,
        refused: 1,
        lines: 3_000,
        errors: [{ place: expect.stringMatching(/^line 1001, byte \d+$/) }],
      },
    });
    await eventually(() => published.filter((event) => event.post.sourceId === 'posted').length === 2_999);
    expect(await ask('GET', '/sources/posted')).toMatchObject({
      body: { health: { postsCollected: 2_999, state: 'ok' } },
    });
    await eventually(async () => (await ask('GET', '/sources/posted/problems')).body['total'] === 1);
  });

  it('keep what a broken import had sent, and refuse what is no NDJSON or has no source', async () => {
    await ask('POST', '/sources', aDraft('broken', { kind: 'import' }));
    const { port, hostname } = new URL(url);
    const sending = request({
      host: hostname,
      port,
      method: 'POST',
      path: '/api/import?source=broken',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' },
    });
    sending.on('error', () => undefined);
    sending.write('{"text":"one"}\n{"text":"tw');
    await eventually(() => published.some((event) => event.post.sourceId === 'broken'));
    sending.destroy();
    expect(await importLines('broken', '{"text":"x"}', 'application/json')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('application/x-ndjson') },
    });
    expect(await importLines('nowhere', '{"text":"x"}')).toMatchObject({ status: 404 });
    expect(await importLines('', '{"text":"x"}')).toMatchObject({ status: 400 });
    await ask('PATCH', '/sources/broken', { paused: true });
    expect(await importLines('broken', '{"text":"x"}')).toMatchObject({ status: 409 });
  });

  it('are polled now when somebody asks', async () => {
    let asked = 0;
    const server = await serve((_, response) => {
      asked++;
      response.end('<rss version="2.0"><channel></channel></rss>');
    });
    await ask('POST', '/sources', aDraft('now', { kind: 'rss', url: server.url }));
    await eventually(
      async () =>
        (
          await app
            .get(Database)
            .query(
              `SELECT 1 FROM source_progress WHERE source_id = 'now' AND last_success_at IS NOT NULL AND lease_owner IS NULL`,
            )
        ).length === 1,
    );
    expect(await ask('POST', '/sources/now/poll')).toMatchObject({ status: 202 });
    await eventually(() => asked === 2);
    await server.close();
  });
});
