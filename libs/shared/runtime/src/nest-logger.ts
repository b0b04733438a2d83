import type { LoggerService } from '@nestjs/common';
import type { Telemetry } from '@vigil/telemetry';

/** Nest's own messages, as events of ours: its routine at debug, what goes wrong as it is. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Telemetry['log']) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ nest: context }, String(message));
  }
  debug(message: unknown, context?: unknown): void {
    this.logger.trace({ nest: context }, String(message));
  }
  verbose(message: unknown, context?: unknown): void {
    this.logger.trace({ nest: context }, String(message));
  }
  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ nest: context }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(
      { err: message instanceof Error ? message : undefined, nest: rest.at(-1) },
      String(message),
    );
  }
}
