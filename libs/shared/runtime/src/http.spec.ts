import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Body, Controller, Get, Module, Post, type DynamicModule, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuthModule, RequirePermission } from '@vigil/auth';
import { readSettings } from '@vigil/config';
import { Clock, parse } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { Documented } from '@vigil/openapi';
import { Telemetry } from '@vigil/telemetry';
import { recordingTelemetry, TestClock, withTestDatabase } from '@vigil/testing';
import { z } from 'zod';
import { HealthController } from './health.controller.js';
import { createHttpApp } from './http.js';

const Greeting = z.strictObject({ name: z.string().min(1, 'a name') });

@Controller('greetings')
class GreetingsController {
  @Post()
  @RequirePermission('public')
  @Documented({ summary: 'Greets', body: Greeting, response: z.object({ hello: z.string() }), status: 201 })
  greet(@Body() body: unknown): { hello: string } {
    return { hello: parse(Greeting, body, 'greeting').name };
  }

  @Get('failure')
  @RequirePermission('public')
  fail(): never {
    throw new Error('the secret is hunter2');
  }
}

@Controller('import')
class LinesController {
  @Post()
  @RequirePermission('public')
  async lines(@Body() body: Readable): Promise<{ bytes: number }> {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return { bytes };
  }
}

@Controller('back')
class UndeclaredController {
  @Get('door')
  door(): string {
    return 'open';
  }
}

const database = withTestDatabase();
const { telemetry, events } = recordingTelemetry();
const settings = readSettings({ VIGIL_MAX_BODY_BYTES: '2048' }).http;
const consoleDir = mkdtempSync(path.join(tmpdir(), 'vigil-console-'));
writeFileSync(path.join(consoleDir, 'index.html'), '<!doctype html><title>Vigil</title>');

function application(...controllers: Type[]): Promise<NestFastifyApplication> {
  @Module({})
  class App {}
  @Module({})
  class Base {}
  const provided = [
    { provide: Database, useValue: database.db() },
    { provide: Clock, useValue: new TestClock() },
    { provide: Telemetry, useValue: telemetry },
  ];
  const base: DynamicModule = {
    module: Base,
    global: true,
    providers: provided,
    exports: provided.map((p) => p.provide),
  };
  const module: DynamicModule = {
    module: App,
    imports: [base, AuthModule.forSettings(settings)],
    controllers: [HealthController, ...controllers],
  };
  return createHttpApp(module, { settings, telemetry, consoleDir, version: '1.2.3', bodyWithinMs: 100 });
}

describe('the HTTP application', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await application(GreetingsController, LinesController);
    await app.init();
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    rmSync(consoleDir, { recursive: true });
  });
  const host = '127.0.0.1:7100';
  const post = (url: string, payload: string, type = 'application/json') =>
    app.inject({ method: 'POST', url, payload, headers: { host, 'content-type': type } });

  it('answers, with headers that keep a page from being framed, sniffed or scripted from elsewhere', async () => {
    const answer = await post('/api/greetings', '{"name":"you"}');
    expect(answer.json()).toEqual({ hello: 'you' });
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
  });

  it.each([
    ['JSON that is none', '{"name":', 400, 'bad-input'],
    ['a body of the wrong shape', '{"name":"","else":1}', 400, 'bad-input'],
    ['a NUL character', String.raw`{"name":"a\u0000"}`, 400, 'bad-input'],
    ['half of a surrogate pair', String.raw`{"name":"a\ud800"}`, 400, 'bad-input'],
    ['a body that is too large', JSON.stringify({ name: 'x'.repeat(4_000) }), 413, 'too-large'],
  ])('refuses %s by name', async (_case, body, status, code) => {
    const answer = await post('/api/greetings', body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code, requestId: expect.any(String) });
  });

  it('says which field holds a text that cannot be stored', async () => {
    const answer = await post('/api/greetings', String.raw`{"name":"you","of":[{"the":"\u0000"}]}`);
    expect(answer.json()).toMatchObject({ fields: [{ path: 'of.0.the' }] });
  });

  it.each([
    ['lines where one document is expected', 'application/x-ndjson'],
    ['a content type that nobody reads', 'application/xml'],
  ])('names what it takes when sent %s', async (_case, type) => {
    const answer = await post('/api/greetings', '{"name":"you"}', type);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('application/json'),
    });
  });

  it('answers an address that is none in the shape of every error', async () => {
    const answer = await app.inject({ url: '/api/greetings/%ff', headers: { host } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'bad-input', retriable: false });
  });

  it('lets an NDJSON import of any length through as a stream', async () => {
    const answer = await post('/api/import', '{"text":"a line"}\n'.repeat(10_000), 'application/x-ndjson');
    expect(answer.json()).toEqual({ bytes: 180_000 });
  });

  it('ends the connection of a sender who never finishes a document, and lets an import take its time', async () => {
    const { port } = new URL(await app.getUrl());
    const sending = (type: string) => {
      const request = httpRequest({
        port,
        method: 'POST',
        path: type === 'application/json' ? '/api/greetings' : '/api/import',
        headers: { 'content-type': type },
      });
      const ended = new Promise<unknown>((resolve) => request.on('response', resolve).on('error', resolve));
      request.write('{"name":');
      return { request, ended };
    };
    const lines = sending('application/x-ndjson');
    expect(await sending('application/json').ended).toMatchObject({ code: 'ECONNRESET' });
    lines.request.end('"x"}');
    expect(await lines.ended).toMatchObject({ statusCode: 201 });
  });

  it('tells nothing of an unforeseen failure, and logs it', async () => {
    const answer = await app.inject({ url: '/api/greetings/failure', headers: { host } });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    expect(events).toContainEqual(expect.objectContaining({ msg: 'request failed', method: 'GET' }));
  });

  it('refuses a request under another name', async () => {
    expect((await app.inject({ url: '/api/greetings', headers: { host: 'evil.example' } })).statusCode).toBe(
      403,
    );
  });

  it('serves the page at its own addresses, and JSON where the API has nothing', async () => {
    expect((await app.inject({ url: '/search?q=x', headers: { host } })).body).toContain('<title>Vigil');
    // A file of an earlier build is gone, and must not be answered with a page.
    for (const url of ['/api/nothing', '/assets/earlier-build.js']) {
      const answer = await app.inject({ url, headers: { host } });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'not-found' });
    }
  });

  it('documents its routes from their schemas', async () => {
    const document = (await app.inject({ url: '/api/docs-json', headers: { host } })).json();
    expect(document.paths['/api/greetings'].post).toMatchObject({
      summary: 'Greets',
      requestBody: { content: { 'application/json': { schema: { required: ['name'] } } } },
    });
  });

  it('is ready only while every check is', async () => {
    expect((await app.inject({ url: '/readyz', headers: { host } })).statusCode).toBe(200);
    telemetry.addCheck('index', () => 'The index is down: search is stale.');
    const answer = await app.inject({ url: '/readyz', headers: { host } });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('search is stale');
    expect((await app.inject({ url: '/metrics', headers: { host } })).statusCode).toBe(200);
  });

  it('does not come up with a route that declares no permission', async () => {
    await expect(application(UndeclaredController)).rejects.toThrow('GET /back/door');
  });
});
