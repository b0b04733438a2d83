import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module } from '@nestjs/common';
import { AuthModule, Sessions } from '@vigil/auth';
import { PostgresBus } from '@vigil/bus';
import type { Settings } from '@vigil/config';
import { AlertPage, channelKey, VERDICTS, type VerdictEvent } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { FolderEvidenceStore } from '@vigil/evidence';
import { PostgresHitIndex } from '@vigil/hit-index';
import { BullJobs } from '@vigil/jobs';
import { BaseModule, createHttpApp, type Engines } from '@vigil/runtime';
import { recordingTelemetry } from '@vigil/testing';
import { AlertsModule } from './alerts.module.js';
import { aVerdict, type VerdictSketch } from './indexing/a-verdict.fixture.js';

const TOKEN = 'a-machine-token-for-this-test';

@Module({})
class WholeModule {}

/** What the real service stands on in a test. */
export interface ServiceParts {
  readonly db: Database;
  readonly settings: Settings;
  readonly evidenceFolder: string;
}

/** The real service on real engines, asked over HTTP as a page would. */
export class AlertsService {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly engines: Engines,
  ) {}

  static async start({ db, settings, evidenceFolder }: ServiceParts): Promise<AlertsService> {
    const { telemetry } = recordingTelemetry();
    const bus = new PostgresBus(db, telemetry, {
      partitions: 2,
      transitDays: 7,
      transitMaxBytes: 1e9,
      commitEarly: false,
    });
    const engines: Engines = {
      telemetry,
      database: db,
      bus,
      deadLetters: bus.deadLetters,
      retained: bus.retained,
      hitIndex: new PostgresHitIndex(db),
      evidence: new FolderEvidenceStore(evidenceFolder),
      jobs: await BullJobs.open(db, telemetry),
      close: async () => undefined,
    };
    const module = {
      module: WholeModule,
      imports: [BaseModule.forRoot(settings, engines), AuthModule.forSettings(settings.http), AlertsModule],
    };
    const app = await createHttpApp(module, {
      settings: settings.http,
      telemetry,
      consoleDir: null,
      version: 'test',
    });
    await app.listen(0, '127.0.0.1');
    const sessions = app.get(Sessions);
    await sessions.ensureLocalAdministrator();
    await sessions.allowMachineToken('test', TOKEN);
    return new AlertsService(app, engines);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.engines.jobs.close();
    await this.engines.bus.close();
  }

  async publish(...sketches: VerdictSketch[]): Promise<void> {
    const events: VerdictEvent[] = sketches.map((sketch) => aVerdict(sketch));
    await this.engines.bus.publish(
      VERDICTS,
      events.map((value) => ({ key: channelKey(value.facts), value })),
    );
  }

  async ask(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const answer = await this.app.inject({
      method,
      url: `/api${url}`,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() };
  }

  async alerts(query = ''): Promise<AlertPage> {
    const { status, body } = await this.ask('GET', `/alerts${query}`);
    expect({ status, body }).toMatchObject({ status: 200 });
    return AlertPage.parse(body);
  }

  /** The event stream, as an open page holds it. */
  async events(): Promise<Response> {
    return fetch(`${await this.app.getUrl()}/api/events`, { headers: { authorization: `Bearer ${TOKEN}` } });
  }
}
