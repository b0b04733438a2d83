import 'reflect-metadata';
import { Controller, Get, Module, Post } from '@nestjs/common';
import cookie from '@fastify/cookie';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock, isVigilError, Session } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { TestClock, withTestDatabase } from '@vigil/testing';
import { AuditLog, AuthModule, assertRoutesDeclared, RequirePermission, Sessions } from './index.js';

@Controller('things')
class ThingsController {
  @Get()
  @RequirePermission('alerts.read')
  list(): string[] {
    return ['one'];
  }

  @Post()
  @RequirePermission('alerts.review')
  change(): string {
    return 'changed';
  }
}

@Controller('open')
class UndeclaredController {
  @Get('door')
  door(): string {
    return 'open';
  }
}

const testDatabase = withTestDatabase();
const clock = new TestClock();

async function application(
  ...controllers: (typeof ThingsController | typeof UndeclaredController)[]
): Promise<NestFastifyApplication> {
  @Module({})
  class Base {}
  const base = {
    module: Base,
    global: true,
    providers: [
      { provide: Database, useValue: testDatabase.db() },
      { provide: Clock, useValue: clock },
    ],
    exports: [Database, Clock],
  };
  const module = await Test.createTestingModule({
    imports: [base, AuthModule.forSettings({ sessionHours: 12, publicUrl: null })],
    controllers,
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.register(cookie);
  app.useGlobalFilters({
    catch(error, host) {
      const status = isVigilError(error)
        ? error.code === 'unauthenticated'
          ? 401
          : error.code === 'forbidden'
            ? 403
            : 400
        : 500;
      void host
        .switchToHttp()
        .getResponse()
        .status(status)
        .send({ message: String(error) });
    },
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

describe('sign-in, sessions and permissions', () => {
  let app: NestFastifyApplication;
  let sessions: Sessions;
  beforeAll(async () => {
    app = await application(ThingsController);
    sessions = app.get(Sessions);
    await sessions.ensureLocalAdministrator();
  });
  afterAll(() => app.close());

  const signIn = async () => {
    const token = await sessions.newSignInToken();
    const answer = await app.inject({ method: 'POST', url: '/session', payload: { token } });
    expect(answer.statusCode).toBe(200);
    return { token, cookie: answer.cookies[0]!, session: Session.parse(answer.json()) };
  };

  it('lets nobody in without a session', async () => {
    expect((await app.inject({ method: 'GET', url: '/things' })).statusCode).toBe(401);
    expect(
      (await app.inject({ method: 'GET', url: '/things', cookies: { vigil_session: 'x'.repeat(43) } }))
        .statusCode,
    ).toBe(401);
    expect(
      (
        await app.inject({
          method: 'GET',
          url: '/things',
          headers: { authorization: 'Bearer ' + 'x'.repeat(43) },
        })
      ).statusCode,
    ).toBe(401);
  });

  it('turns a link into a session whose cookie no script reads and no other site sends', async () => {
    const { cookie: set, session } = await signIn();
    expect(set).toMatchObject({ name: 'vigil_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    const answer = await app.inject({ method: 'GET', url: '/things', cookies: { vigil_session: set.value } });
    expect(answer.json()).toEqual(['one']);
    expect(session.user.name).toBe('Local administrator');
  });

  it('takes a link once, and only for fifteen minutes', async () => {
    const { token } = await signIn();
    expect((await app.inject({ method: 'POST', url: '/session', payload: { token } })).statusCode).toBe(401);
    const late = await sessions.newSignInToken();
    clock.advance({ minutes: 15, ms: 1 });
    expect((await app.inject({ method: 'POST', url: '/session', payload: { token: late } })).statusCode).toBe(
      401,
    );
  });

  it('wants the session’s own CSRF token for a change', async () => {
    const mine = await signIn();
    const other = await signIn();
    const change = (headers: Record<string, string>) =>
      app.inject({ method: 'POST', url: '/things', cookies: { vigil_session: mine.cookie.value }, headers });
    expect((await change({})).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': other.session.csrfToken })).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': mine.session.csrfToken })).statusCode).toBe(201);
  });

  it('ends a session at sign-out and at its time', async () => {
    const first = await signIn();
    await app.inject({
      method: 'DELETE',
      url: '/session',
      cookies: { vigil_session: first.cookie.value },
      headers: { 'x-csrf-token': first.session.csrfToken },
    });
    expect(
      (await app.inject({ method: 'GET', url: '/things', cookies: { vigil_session: first.cookie.value } }))
        .statusCode,
    ).toBe(401);
    const second = await signIn();
    clock.advance({ hours: 12, ms: 1 });
    expect(
      (await app.inject({ method: 'GET', url: '/things', cookies: { vigil_session: second.cookie.value } }))
        .statusCode,
    ).toBe(401);
  });

  it('lets a machine token in, until it is replaced', async () => {
    const ask = (token: string) =>
      app.inject({ method: 'POST', url: '/things', headers: { authorization: `Bearer ${token}` } });
    await sessions.allowMachineToken('cli', 'a'.repeat(43));
    expect((await ask('a'.repeat(43))).statusCode).toBe(201);
    await sessions.allowMachineToken('cli', 'b'.repeat(43));
    expect((await ask('a'.repeat(43))).statusCode).toBe(401);
  });

  it('refuses what the person may not do, naming the permission', async () => {
    const { cookie: set, session } = await signIn();
    await testDatabase.db().query(`UPDATE auth_user SET permissions = '{alerts.read}'`);
    const answer = await app.inject({
      method: 'POST',
      url: '/things',
      cookies: { vigil_session: set.value },
      headers: { 'x-csrf-token': session.csrfToken },
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('alerts.review');
  });

  it('stores no secret', async () => {
    const { token, cookie: set } = await signIn();
    const dump = JSON.stringify(
      await testDatabase
        .db()
        .query('SELECT l.*, s.token_hash AS session_hash FROM auth_sign_in_link l, auth_session s'),
    );
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(set.value);
  });
});

describe('an application with a route that declares nothing', () => {
  it('does not start, and says which', async () => {
    const app = await application(ThingsController, UndeclaredController);
    expect(() => assertRoutesDeclared(app)).toThrow('GET /open/door (UndeclaredController.door)');
    await app.close();
  });
});

describe('the audit chain', () => {
  it('holds, also under concurrent writers, and shows a change', async () => {
    const app = await application();
    const audit = app.get(AuditLog);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        audit.record({
          actor: 'someone',
          action: 'test.write',
          subject: String(n),
          detail: { b: 1, a: [n] },
        }),
      ),
    );
    expect(await audit.firstBroken()).toBeNull();
    const [newest] = await audit.page(1);
    await testDatabase
      .db()
      .query(`UPDATE audit_entry SET subject = 'another' WHERE seq = $1`, [newest!.seq - 3]);
    expect(await audit.firstBroken()).toBe(newest!.seq - 3);
    await app.close();
  });
});
