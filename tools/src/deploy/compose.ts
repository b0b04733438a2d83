import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The checkout. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

const Limits = z.object({ cpus: z.string(), memory: z.string(), pids: z.number() });

/** The part of a service that the checks read; everything else is left to the schema of the specification. */
const Service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), target: z.string() }).optional(),
  user: z.string().optional(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  restart: z.string(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  privileged: z.boolean().default(false),
  security_opt: z.array(z.string()),
  tmpfs: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z
    .union([z.array(z.string()), z.record(z.string(), z.unknown()).transform((all) => Object.keys(all))])
    .default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  deploy: z.object({ replicas: z.number().default(1), resources: z.object({ limits: Limits }) }),
});
export type Service = z.infer<typeof Service>;

const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) }).nullable()),
  volumes: z.record(z.string(), z.null()),
});

/** docker-compose.yml as it stands in the file. */
export function composeText(): string {
  return readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
}

/** What .env.example names, with the values it gives; an empty one is for make-env.sh to fill. */
export function exampleEnv(): Record<string, string> {
  const lines = readFileSync(path.join(ROOT, '.env.example'), 'utf8').split('\n');
  return Object.fromEntries(
    lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split('=', 2) as [string, string]),
  );
}

/** A `${NAME}` of a compose file, and what stands where it is empty. */
export interface Placeholder {
  readonly name: string;
  /** `:?` refuses the start, `:-` takes what follows, nothing takes the empty text. */
  readonly otherwise: 'refuse' | 'default' | 'empty';
}

const PLACEHOLDER = /\$\$|\$\{(\w+)(?:(:[?-])([^}]*))?\}/g;

/** Every placeholder of a text, `$$` aside. */
export function placeholders(text: string): Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(([, name, kind]) =>
    name === undefined
      ? []
      : [{ name, otherwise: kind === ':?' ? 'refuse' : kind === ':-' ? 'default' : 'empty' } as const],
  );
}

/**
 * The document as Compose sees it before it checks it: merge keys resolved, placeholders filled, `$$` become `$`.
 * Throws where a placeholder that must be given is not.
 */
export function composeDocument(env: Readonly<Record<string, string>>): unknown {
  return filled(parse(composeText(), { merge: true }), env);
}

export function readCompose(env: Readonly<Record<string, string>>): z.infer<typeof Compose> {
  return Compose.parse(composeDocument(env));
}

function filled(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(PLACEHOLDER, (_, name?: string, kind?: string, otherwise = '') => {
      if (name === undefined) return '$';
      if (env[name]) return env[name];
      if (kind === ':?') throw new Error(`${name} is not set: ${otherwise}`);
      return kind === ':-' ? otherwise : '';
    });
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, env));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, env)]));
}
