import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from '@vigil/auth';
import { ClassifierModule } from '@vigil/classifier';
import type { Settings } from '@vigil/config';
import { BaseModule, type Engines, HealthController } from '@vigil/runtime';

/** The classifier alone, as one process of several: packs and verdicts. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, engines: Engines): DynamicModule {
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
