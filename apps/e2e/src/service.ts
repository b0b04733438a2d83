import { isRunning, printed, spawnApp, stopChild } from './child.js';

export type ServiceName = 'collector' | 'classifier' | 'alerts' | 'standalone';

/** One service as a process of its own, on a free port. */
export interface Service {
  readonly name: ServiceName;
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** The end of its log. */
  output(): string;
  isRunning(): boolean;
  /** SIGKILL: it learns nothing of it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  get(path: string): Promise<Response>;
  /** One sample of its metrics, several label sets together; 0 where there is none. */
  metric(name: string, label?: string): Promise<number>;
  readiness(): Promise<{ status: number; checks: Map<string, string | null> }>;
}

const ASK_WITHIN_MS = 15_000;

/** Starts a service and waits until it answers. Throws with its last output where that does not come. */
export async function startService(
  name: ServiceName,
  env: Readonly<Record<string, string>>,
): Promise<Service> {
  const child = spawnApp(name, { VIGIL_LOG_LEVEL: 'info', ...env });
  try {
    const [, address = ''] = await printed(child, /"address":"([^"]+)","msg":"ready"/);
    const get = (path: string) => fetch(address + path, { signal: AbortSignal.timeout(ASK_WITHIN_MS) });
    return {
      name,
      address,
      output: child.output,
      isRunning: () => isRunning(child),
      kill: () => stopChild(child, 'SIGKILL'),
      stop: () => stopChild(child),
      get,
      metric: async (metric, label = '') => sumOf(await (await get('/metrics')).text(), metric, label),
      readiness: async () => {
        const answer = await get('/readyz');
        const { checks } = (await answer.json()) as { checks: { name: string; problem: string | null }[] };
        return { status: answer.status, checks: new Map(checks.map((one) => [one.name, one.problem])) };
      },
    };
  } catch (error) {
    await stopChild(child, 'SIGKILL');
    throw error;
  }
}

/** Of lines such as `name{a="b"} 5`. */
function sumOf(text: string, metric: string, label: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
