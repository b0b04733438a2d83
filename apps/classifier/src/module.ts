import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from '@vigil/auth';
import { ClassifierModule } from '@vigil/classifier';
import type { Settings } from '@vigil/config';
import { BaseModule, HealthController, type ServiceEngines } from '@vigil/runtime';

/** The classifier alone, as one process of several: packs and verdicts. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, engines: ServiceEngines): DynamicModule {
    return {
      module: AppModule,
      imports: [
        BaseModule.forRoot(settings, engines),
        AuthModule.withoutSignIn(settings.http),
        ClassifierModule,
      ],
      controllers: [HealthController],
    };
  }
}
