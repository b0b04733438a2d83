import { Module, type DynamicModule } from '@nestjs/common';
import { AlertsModule } from '@vigil/alerts';
import { AuthModule } from '@vigil/auth';
import { ClassifierModule } from '@vigil/classifier';
import { CollectorModule } from '@vigil/collector';
import type { Settings } from '@vigil/config';
import { BaseModule, HealthController, type ServiceEngines, SystemController } from '@vigil/runtime';
import { DemoController } from './demo/demo.controller.js';
import { Demo } from './demo/demo.service.js';

/** All of Vigil in one process. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, engines: ServiceEngines): DynamicModule {
    return {
      module: AppModule,
      imports: [
        BaseModule.forRoot(settings, engines),
        AuthModule.forSettings(settings.http),
        CollectorModule,
        ClassifierModule,
        AlertsModule,
      ],
      controllers: [HealthController, SystemController, DemoController],
      providers: [Demo],
    };
  }
}
