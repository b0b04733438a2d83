import { Module } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import { type Settings, SETTINGS } from '@vigil/config';
import { Clock } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { GuardedClient } from '@vigil/fetching';
import { HitIndex } from '@vigil/hit-index';
import { Jobs } from '@vigil/jobs';
import { Telemetry } from '@vigil/telemetry';
import { AlertsLine } from './alerts-line.js';
import { AlertsMetrics } from './alerts-metrics.js';
import { AlertsDemo } from './demo.js';
import { HitIndexController } from './indexing/hit-index.controller.js';
import { HitProjector } from './indexing/hit-projector.js';
import { outboxState } from './indexing/hit-records.js';
import { IndexRebuilder } from './indexing/index-rebuild.js';
import { IndexedNews } from './indexing/indexed-news.js';
import { SeenDays } from './indexing/seen-days.js';
import { countSetAside } from './indexing/set-aside.js';
import { VerdictConsumer } from './indexing/verdict-consumer.js';
import { ChannelsController } from './notify/channels.controller.js';
import { Channels } from './notify/channels.js';
import { MailChannel } from './notify/mail.js';
import { Notifier } from './notify/notifier.js';
import { WebhookChannel } from './notify/webhook.js';
import { Erasure } from './retention/erasure.js';
import { HitRetention } from './retention/hit-retention.js';
import { Holds } from './retention/holds.js';
import { RetentionController } from './retention/retention.controller.js';
import { AlertsController } from './review/alerts.controller.js';
import { AuditController } from './review/audit.controller.js';
import { LiveController } from './review/live.controller.js';
import { LiveStreams } from './review/live.js';
import { Reviews } from './review/reviews.js';
import { SearchController } from './review/search.controller.js';
import { ShadowController } from './shadow/shadow.controller.js';
import { SpikeDetector } from './spikes/spike-detector.js';
import { SpikeWatch } from './spikes/spike-watch.js';

/** Where people reach the console, for links in notifications. */
function consoleUrl({ http }: Settings): string {
  return http.publicUrl ?? `http://${http.host}:${http.port}`;
}

/** Indexing, spikes, review and notification. Expects the engines of BaseModule and the sessions of AuthModule. */
@Module({
  controllers: [
    AlertsController,
    SearchController,
    AuditController,
    LiveController,
    ChannelsController,
    HitIndexController,
    RetentionController,
    ShadowController,
  ],
  providers: [
    {
      provide: AlertsMetrics,
      inject: [Telemetry, Database],
      useFactory: (telemetry: Telemetry, db: Database) =>
        new AlertsMetrics(telemetry.metrics, {
          outboxDepth: async () => (await outboxState(db)).waiting,
          setAside: () => countSetAside(db),
        }),
    },
    { provide: SeenDays, inject: [Database], useFactory: (db: Database) => new SeenDays(db) },
    {
      provide: IndexedNews,
      inject: [Database, Telemetry],
      useFactory: (db: Database, telemetry: Telemetry) => new IndexedNews(db, telemetry.log),
    },
    {
      provide: HitProjector,
      inject: [Database, HitIndex, Clock, AlertsMetrics, IndexedNews, Telemetry],
      useFactory: (
        db: Database,
        index: HitIndex,
        clock: Clock,
        metrics: AlertsMetrics,
        news: IndexedNews,
        telemetry: Telemetry,
      ) =>
        new HitProjector(db, index, () => clock.now(), {
          onIndexed: (count) => {
            metrics.indexed.inc(count);
            news.add(count);
          },
          onSetAside: (refusal) =>
            telemetry.log.warn(
              { count: refusal.refused.length, reason: refusal.message },
              'hits were set aside: the index does not take them as they are',
            ),
          onFailure: (error) => {
            metrics.indexFailures.inc();
            telemetry.log.warn({ err: error }, 'the hit index refused hits; they wait in the outbox');
          },
        }),
    },
    {
      provide: IndexRebuilder,
      inject: [Database, Clock, HitProjector, AuditLog],
      useFactory: (db: Database, clock: Clock, projector: HitProjector, audit: AuditLog) =>
        new IndexRebuilder({ db, clock, projector, audit }),
    },
    {
      provide: SpikeDetector,
      inject: [Database, Clock, AlertsMetrics, Telemetry],
      useFactory: (db: Database, clock: Clock, metrics: AlertsMetrics, { log }: Telemetry) =>
        new SpikeDetector({ db, clock, metrics, log }),
    },
    {
      provide: SpikeWatch,
      inject: [SpikeDetector, Notifier, Telemetry],
      useFactory: (detector: SpikeDetector, notifier: Notifier, { log }: Telemetry) =>
        new SpikeWatch({ detector, log, onOpened: () => notifier.wake() }),
    },
    {
      provide: VerdictConsumer,
      inject: [Database, Clock, SeenDays, HitProjector, AlertsMetrics, SpikeWatch, SETTINGS],
      useFactory: (
        db: Database,
        clock: Clock,
        seenDays: SeenDays,
        projector: HitProjector,
        metrics: AlertsMetrics,
        watch: SpikeWatch,
        settings: Settings,
      ) =>
        new VerdictConsumer({
          db,
          clock,
          seenDays,
          projector,
          metrics,
          onDue: () => watch.wake(),
          commitEarly: settings.faults.commitEarly,
          unfenced: settings.faults.unfenced,
        }),
    },
    {
      provide: Notifier,
      inject: [Database, Jobs, Clock, AlertsMetrics, Telemetry, SETTINGS],
      useFactory: (
        db: Database,
        jobs: Jobs,
        clock: Clock,
        metrics: AlertsMetrics,
        { log }: Telemetry,
        settings: Settings,
      ) =>
        new Notifier({
          db,
          jobs,
          clock,
          metrics,
          log,
          consoleUrl: consoleUrl(settings),
          channels: [
            new MailChannel({ smtpUrl: settings.alerts.smtpUrl, from: settings.alerts.mailFrom }),
            new WebhookChannel(GuardedClient.fromSettings(settings.collector), () => clock.now()),
          ],
        }),
    },
    {
      provide: HitRetention,
      inject: [Database, HitIndex, Clock, SETTINGS],
      useFactory: (db: Database, index: HitIndex, clock: Clock, settings: Settings) =>
        new HitRetention({ db, index, clock, days: settings.storage.hitDays }),
    },
    Holds,
    Erasure,
    Channels,
    Reviews,
    LiveStreams,
    AlertsDemo,
    AlertsLine,
  ],
  exports: [AlertsDemo],
})
export class AlertsModule {}
