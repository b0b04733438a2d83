/** The least of a logger that the engines need; pino's Logger fits. */
export interface EngineLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => undefined;

/** For places without a logger: says nothing. */
export const SILENT: EngineLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
