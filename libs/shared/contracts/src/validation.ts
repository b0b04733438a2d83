import { z } from 'zod';
import { VigilError } from './errors.js';

/**
 * Parses at the edge. On failure throws `bad-input` whose message names the subject, the field and what is accepted,
 * and whose `fields` carry each issue.
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }));
  const first = fields.slice(0, 5).map((f) => (f.path ? `${f.path}: ${f.message}` : f.message));
  const more = fields.length > 5 ? ` (and ${fields.length - 5} more)` : '';
  throw new VigilError('bad-input', `${subject}: ${first.join('; ')}${more}`, { fields });
}
