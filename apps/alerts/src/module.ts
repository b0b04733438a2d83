import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from '@vigil/auth';
import { AlertsModule } from '@vigil/alerts';
import type { Settings } from '@vigil/config';
import { BaseModule, HealthController, type ServiceEngines, SystemController } from '@vigil/runtime';

/** The alerts alone, as one process of several: also the one that people sign in to and read the console from. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, engines: ServiceEngines): DynamicModule {
    return {
      module: AppModule,
      imports: [BaseModule.forRoot(settings, engines), AuthModule.forSettings(settings.http), AlertsModule],
      controllers: [HealthController, SystemController],
    };
  }
}
