import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Clock } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { AuditLog, PostgresAuditLog } from './audit.js';
import { PermissionGuard } from './guard.js';
import { SECURE_COOKIE, SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';

interface AuthSettings {
  readonly sessionHours: number;
  readonly publicUrl: string | null;
}

/** Sessions, the permission guard over every route, and the audit chain. */
@Global()
@Module({})
export class AuthModule {
  /** With the routes of signing in. */
  static forSettings(settings: AuthSettings): DynamicModule {
    return { ...AuthModule.withoutSignIn(settings), controllers: [SessionController] };
  }

  /** For a service beside the one that signs people in: it knows the same sessions, from the database. */
  static withoutSignIn(settings: AuthSettings): DynamicModule {
    return {
      module: AuthModule,
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
