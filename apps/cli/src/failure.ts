import { isVigilError } from '@vigil/contracts';

/** Exit codes: done; it failed; it was called wrongly. */
export const EXIT = { done: 0, failed: 1, badUse: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that cannot do its work and has said all there is to say in `message`. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a person reads of an error, and the code the command ends with. */
export function explain(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode };
  if (isVigilError(error)) {
    return { message: error.message, exitCode: error.code === 'bad-input' ? EXIT.badUse : EXIT.failed };
  }
  return { message: error instanceof Error ? error.message : String(error), exitCode: EXIT.failed };
}
