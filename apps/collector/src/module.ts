import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from '@vigil/auth';
import { CollectorModule } from '@vigil/collector';
import type { Settings } from '@vigil/config';
import { BaseModule, HealthController, type ServiceEngines } from '@vigil/runtime';

/** The collector alone, as one process of several: sources and imports. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, engines: ServiceEngines): DynamicModule {
    return {
      module: AppModule,
      imports: [
        BaseModule.forRoot(settings, engines),
        AuthModule.withoutSignIn(settings.http),
        CollectorModule,
      ],
      controllers: [HealthController],
    };
  }
}
