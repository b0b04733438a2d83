import { z } from 'zod';
import { VigilError } from '@vigil/contracts';

/** One environment variable: what it takes, what stands without it, and why. docs/operations.md is made from these. */
export interface Variable<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** What is accepted, for a person: shown in the error and the docs. */
  readonly takes: string;
  readonly about: string;
  readonly secret: boolean;
}

export function variable<T>(
  name: string,
  takes: string,
  about: string,
  schema: z.ZodType<T>,
  options: { secret?: boolean } = {},
): Variable<T> {
  return { name, takes, about, schema, secret: options.secret ?? false };
}

type Values<V extends Record<string, Variable<unknown>>> = {
  readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never;
};

/**
 * Reads a group of variables once and freezes it. An unset or empty variable takes its default.
 * All faults are reported together, each naming the variable, what it got (never of a secret) and what it takes.
 */
export function readVariables<V extends Record<string, Variable<unknown>>>(
  group: V,
  env: Readonly<Record<string, string | undefined>>,
): Values<V> {
  const faults: { path: string; message: string }[] = [];
  const values: Record<string, unknown> = {};
  for (const [field, one] of Object.entries(group)) {
    const raw = env[one.name];
    const result = one.schema.safeParse(raw === '' ? undefined : raw);
    if (result.success) values[field] = result.data;
    else {
      const got = one.secret ? 'a value that does not fit' : JSON.stringify(raw);
      faults.push({ path: one.name, message: `${one.name} takes ${one.takes}, and got ${got}` });
    }
  }
  if (faults.length > 0) {
    throw new VigilError('bad-input', faults.map((f) => f.message).join('\n'), { fields: faults });
  }
  return Object.freeze(values) as Values<V>;
}

/** A whole number given as text, within bounds. */
export function wholeNumber(fallback: number, min: number, max: number): z.ZodType<number> {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .optional()
    .transform((n) => n ?? fallback);
}

/** `1`, `true`, `yes`, `on` or their opposites. */
export function flag(fallback: boolean): z.ZodType<boolean> {
  return z
    .stringbool()
    .optional()
    .transform((b) => b ?? fallback);
}

export function text(fallback: string): z.ZodType<string> {
  return z
    .string()
    .optional()
    .transform((s) => s ?? fallback);
}

/** Comma-separated words. */
export function words(): z.ZodType<readonly string[]> {
  return z
    .string()
    .optional()
    .transform((s) =>
      (s ?? '')
        .split(',')
        .map((w) => w.trim())
        .filter(Boolean),
    );
}

/** An address of one of the protocols; null where unset. */
export function url(...protocols: string[]): z.ZodType<string | null> {
  return z
    .url({ protocol: new RegExp(`^(${protocols.join('|')})$`) })
    .optional()
    .transform((u) => u ?? null);
}
