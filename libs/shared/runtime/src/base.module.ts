import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DeadLetters, MessageBus, RetainedLog } from '@vigil/bus';
import { type Settings, SETTINGS } from '@vigil/config';
import { Clock, SystemClock } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { EvidenceStore } from '@vigil/evidence';
import { HitIndex } from '@vigil/hit-index';
import { Jobs } from '@vigil/jobs';
import { Telemetry } from '@vigil/telemetry';
import type { ServiceEngines } from './engines.js';

/** What a service stands on: the opened engines, the settings and the time, for injection anywhere. One that was not opened cannot be injected. */
@Global()
@Module({})
export class BaseModule {
  static forRoot(settings: Settings, engines: ServiceEngines): DynamicModule {
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: Clock, useClass: SystemClock },
      { provide: Telemetry, useValue: engines.telemetry },
      { provide: Database, useValue: engines.database },
      { provide: MessageBus, useValue: engines.bus },
      { provide: DeadLetters, useValue: engines.deadLetters },
      { provide: RetainedLog, useValue: engines.retained },
      { provide: HitIndex, useValue: engines.hitIndex },
      { provide: EvidenceStore, useValue: engines.evidence },
      { provide: Jobs, useValue: engines.jobs },
    ].filter((provider) => !('useValue' in provider) || provider.useValue !== undefined);
    return { module: BaseModule, providers, exports: providers.map((p) => p.provide) };
  }
}
