import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Clock } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { AuditLog, PostgresAuditLog } from './audit.js';
import { PermissionGuard } from './guard.js';
import { SECURE_COOKIE, SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';

/** Sessions, the permission guard over every route, and the audit chain. */
@Global()
@Module({})
export class AuthModule {
  static forSettings(settings: {
    readonly sessionHours: number;
    readonly publicUrl: string | null;
  }): DynamicModule {
    return {
      module: AuthModule,
      controllers: [SessionController],
      providers: [
        {
          provide: Sessions,
          inject: [Database, Clock],
          useFactory: (db: Database, clock: Clock) => new Sessions(db, clock, settings.sessionHours),
        },
        {
          provide: AuditLog,
          inject: [Database, Clock],
          useFactory: (db: Database, clock: Clock) => new PostgresAuditLog(db, clock),
        },
        { provide: SECURE_COOKIE, useValue: settings.publicUrl?.startsWith('https:') ?? false },
        { provide: APP_GUARD, useClass: PermissionGuard },
      ],
      exports: [Sessions, AuditLog],
    };
  }
}
