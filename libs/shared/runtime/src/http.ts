import { existsSync } from 'node:fs';
import path from 'node:path';
import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import type { Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { assertRoutesDeclared } from '@vigil/auth';
import type { HttpSettings } from '@vigil/config';
import { VigilError } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asAnswer, ErrorFilter } from './error-filter.js';
import { NestLogger } from './nest-logger.js';
import { serveOpenApi } from './openapi.js';
import { checkOrigin } from './origin.js';
import { checkBody } from './request-body.js';

export interface HttpOptions {
  readonly settings: HttpSettings;
  readonly telemetry: Telemetry;
  /** Folder of the built console, served at `/`; null: an API alone. */
  readonly consoleDir: string | null;
  readonly version: string;
  /** See BODY_WITHIN_MS, which it is where absent. */
  readonly bodyWithinMs?: number;
}

/** Answers of the API are never cached; the console's hashed files are for good. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** A document must have come within this, so that a sender who dawdles holds no connection; an import streams for as long as it likes. */
const BODY_WITHIN_MS = 60_000;
/** A kept connection that asks for nothing. */
const KEEP_ALIVE_MS = 60_000;
/** Lines of an import, read by their route as they come. */
const STREAMED = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/** Builds the HTTP application around a module: guards, errors, headers, OpenAPI, the console. Not yet listening. */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.settings.maxBodyBytes,
    requestIdHeader: false,
    forceCloseConnections: true,
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    routerOptions: { maxParamLength: 1_024 },
    // An address that is no address, before any route: the same shape as every other error.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const { status, body } = asAnswer(error);
      void reply.status(status).send({ ...body, requestId: String(request.id) });
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(options.telemetry.log),
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.setGlobalPrefix('api', { exclude: ['healthz', 'readyz', 'metrics'] });
  app.useGlobalFilters(new ErrorFilter(options.telemetry));

  const fastify = adapter.getInstance();
  await app.register(cookie);
  // NDJSON imports are streams of any length: the route reads them as they come.
  fastify.addContentTypeParser(
    STREAMED,
    { bodyLimit: Number.MAX_SAFE_INTEGER },
    (_request, payload, done) => {
      done(null, payload);
    },
  );
  fastify.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, body);
    },
  );
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(SECURITY_HEADERS);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    try {
      checkOrigin(options.settings, {
        method: request.method,
        host: request.headers.host,
        origin: request.headers.origin,
      });
      done();
    } catch (error) {
      const { status, body } = asAnswer(error);
      void reply.status(status).send(body);
    }
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const { headers, raw } = request;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (hasBody && !STREAMED.includes(mediaType(headers['content-type']))) {
      const timer = setTimeout(() => raw.destroy(), options.bodyWithinMs ?? BODY_WITHIN_MS).unref();
      const come = () => clearTimeout(timer);
      payload.once('end', come).once('close', come);
    }
    done(null, payload);
  });
  fastify.addHook('preValidation', (request, reply, done) => {
    try {
      checkBody(request.routeOptions.url, request.body);
      done();
    } catch (error) {
      const { status, body } = asAnswer(error);
      void reply.status(status).send({ ...body, requestId: String(request.id) });
    }
  });

  assertRoutesDeclared(app);
  serveOpenApi(app, options.version);
  if (options.consoleDir !== null) await serveConsole(app, options.consoleDir);
  return app;
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The console's files, and its page for every address that is not the API's. */
async function serveConsole(app: NestFastifyApplication, dir: string): Promise<void> {
  if (!existsSync(path.join(dir, 'index.html'))) {
    throw new Error(`The console is not built: there is no index.html in ${dir}. Run npm run build.`);
  }
  await app.register(fastifyStatic, {
    root: dir,
    wildcard: false,
    setHeaders: (reply, file) => {
      reply.header(
        'cache-control',
        file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  const fastify = app.getHttpAdapter().getInstance();
  // The page finds its own way at any address that is neither a file's nor the API's.
  fastify.get('/*', (request, reply) => {
    if (!request.url.startsWith('/api/') && !request.url.startsWith('/assets/'))
      return reply.header('cache-control', 'no-cache').sendFile('index.html');
    const { status, body } = asAnswer(
      new VigilError('not-found', 'There is nothing at this address. /api/docs lists what there is.'),
    );
    return reply.status(status).send(body);
  });
}
