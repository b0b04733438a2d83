import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './compose.js';

export const CADDYFILE = path.join(ROOT, 'deploy', 'Caddyfile');

/** The services behind Caddy; alerts answers what no other has. */
export const SERVICES = ['collector', 'classifier', 'alerts'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Paths that the Caddyfile gives to each service but alerts: exact, or with `/*` for everything below. */
export function pathsInCaddyfile(text = readFileSync(CADDYFILE, 'utf8')): Map<string, string[]> {
  return new Map(
    [...text.matchAll(/^\s*@(collector|classifier) path (.+)$/gm)].map(([, service = '', paths = '']) => [
      service,
      paths.trim().split(/\s+/),
    ]),
  );
}

/** Which service a path goes to. */
export function serviceOf(pathname: string, paths = pathsInCaddyfile()): string {
  const matches = (pattern: string) =>
    pattern.endsWith('/*') ? pathname.startsWith(pattern.slice(0, -1)) : pathname === pattern;
  return [...paths].find(([, patterns]) => patterns.some(matches))?.[0] ?? 'alerts';
}

/**
 * Caddy's own JSON of the Caddyfile, made to run in a test: on a port of loopback without TLS, each service at an address
 * instead of its name. Everything else stays as it is.
 */
export function forLoopback(
  adapted: unknown,
  port: number,
  services: Readonly<Record<ServiceName, string>>,
): unknown {
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        if (key === 'listen') return [key, [`127.0.0.1:${port}`]];
        if (key === 'tls') return [key, {}];
        if (key !== 'dynamic_upstreams') return [key, change(one)];
        const name = SERVICES.find((service) => service === one.name);
        if (!name) throw new Error(`the Caddyfile names a service that there is not: ${one.name}`);
        return ['upstreams', [{ dial: services[name] }]];
      }),
    );
  };
  const changed = change(adapted);
  const server = (changed as { apps: { http: { servers: Record<string, Record<string, unknown>> } } }).apps
    .http.servers;
  for (const one of Object.values(server)) one['automatic_https'] = { disable: true };
  return changed;
}
