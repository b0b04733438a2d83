import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings, type Settings } from '@vigil/config';
import { isVigilError, VigilError } from '@vigil/contracts';
import { type FurtherEngine, openServiceEngines, type ServiceEngines } from './engines.js';
import { createHttpApp } from './http.js';

export interface AppOptions {
  /** Name in logs and metrics. */
  readonly service: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The engines it needs beside the database and the log. */
  readonly needs: readonly FurtherEngine[];
  /** The application's module, given what it stands on. */
  readonly module: (settings: Settings, engines: ServiceEngines) => Type | DynamicModule;
  readonly consoleDir?: string;
  /** One process of several, which need a database that all of them reach. */
  readonly apart?: boolean;
  /** Runs once the port answers: what a person at the terminal should know. */
  readonly onReady?: (app: NestFastifyApplication, address: string) => Promise<void>;
}

/** After this the process ends even if a part does not: a supervisor's usual patience is 30 s, ours is shorter. */
const STOP_WITHIN_MS = 20_000;
/** The database that comes with it is up again within some seconds. */
const AGAIN_AFTER_MS = 500;

/**
 * Starts an app and keeps it until a signal. A fault at start is one line on standard error and exit code 1;
 * SIGINT and SIGTERM finish the work in hand, then exit with 0.
 */
export async function runApp(options: AppOptions): Promise<void> {
  let stopping: Promise<void> | null = null;
  let stop = async (): Promise<void> => undefined;
  const onSignal = (): void => {
    if (stopping) process.exit(1); // a second Ctrl-C means now
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stopping = stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`vigil: ${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);

  try {
    const settings = readSettings(options.env);
    if (options.apart) assertShared(settings, options.service);
    // Before anything is made in the data folder: the commonest fault of a start is a second one.
    await portIsFree(settings.http.port, settings.http.host);
    const engines = await openServiceEngines(settings, options.service, options.needs);
    stop = () => engines.close();
    try {
      const app = await createHttpApp(options.module(settings, engines), {
        settings: settings.http,
        telemetry: engines.telemetry,
        consoleDir: options.consoleDir ?? null,
        version: options.version,
      });
      stop = async () => {
        await app.close();
        await engines.close();
      };
      await app.listen(settings.http.port, settings.http.host);
      const address = settings.http.publicUrl ?? (await app.getUrl());
      await outlasting(async () => options.onReady?.(app, address.replace(/\/$/, '')));
      engines.telemetry.log.info({ address }, 'ready');
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    // A stop asked for during the start ends the start.
    if (stopping) return;
    process.stderr.write(`vigil: ${messageOf(error)}\n`);
    process.exit(1);
  }
}

/** Once a service answers, an engine that fails is waited for, not a reason to end. */
async function outlasting(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isVigilError(error) || error.code !== 'engine-unavailable') throw error;
      await pause(AGAIN_AFTER_MS);
    }
  }
}

/** The embedded database serves the one process that has the data folder. Throws `engine-misconfigured`. */
function assertShared({ storage }: Settings, service: string): void {
  if (storage.databaseUrl !== null) return;
  throw new VigilError(
    'engine-misconfigured',
    `VIGIL_DATABASE_URL is not set: the ${service} in a process of its own shares a PostgreSQL with the others. npm start runs all of them in one process with its own.`,
  );
}

/** Rejects with the listener's own error where the port is taken. */
async function portIsFree(port: number, host: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ port, host, exclusive: true }, resolve);
  });
  await new Promise<void>((resolve) => probe.close(() => resolve()));
}

function messageOf(error: unknown): string {
  if (isVigilError(error)) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `VIGIL_PORT: another program listens on this port already (${error.message}). Stop it, or choose another port.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
