import type { Launch } from './server-process.js';

/** A running engine, as the state file remembers it. */
export interface Running {
  readonly name: EngineName;
  readonly version: string;
  /** How it was had: given by address, a container, a local server. */
  readonly how: string;
  /** What tests and programs are given: the variables that name its address. */
  readonly env: Readonly<Record<string, string>>;
  /** Process to stop, with its start time, so that a reused id is never stopped; null where it is not ours. */
  readonly pid: number | null;
  readonly pidStarted: string | null;
  /** Id of the container, where it is one. */
  readonly container?: string;
}

/** PostgreSQL is not among them: the tests bring their own, from npm. */
export const ENGINE_NAMES = ['kafka', 'elasticsearch', 'redis', 's3'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface Workplace {
  /** Of this engine alone: data, configuration, `server.log`. */
  readonly folder: string;
  /** Downloaded servers, kept between runs. */
  readonly downloads: string;
  /** The port on 127.0.0.1 under which clients reach it, where that is not its own: Kafka tells them where to go. */
  readonly reachedAt?: number;
}

/** A server whose folder is made, ready to be started there. */
export interface Prepared {
  readonly launch: Launch;
  /** Where it listens: stays the same over starts. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** How one engine is had as a local server. */
export interface Recipe {
  readonly name: EngineName;
  readonly version: string;
  /** The variable by which an engine elsewhere is used as it is. */
  readonly givenBy: string;
  /** Null where it can be started here; else what is missing, for the table. */
  missing(): Promise<string | null>;
  /** Makes its folder ready. */
  prepare(place: Workplace): Promise<Prepared>;
}
