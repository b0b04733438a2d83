import { Counter, Gauge } from 'prom-client';
import { createTelemetry } from './create-telemetry.js';
import { PatientRegistry } from './patient-registry.js';
import { loggedError } from './safe-errors.js';

function recorded(level: 'info' | 'debug' = 'info') {
  const lines: Record<string, unknown>[] = [];
  const telemetry = createTelemetry({
    level,
    service: 'test',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  return { telemetry, lines };
}

describe('the log', () => {
  test('is events with fields, a service and an instant', () => {
    const { telemetry, lines } = recorded();
    telemetry.log.info({ posts: 3 }, 'collected');
    telemetry.log.debug('not at this level');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        service: 'test',
        posts: 3,
        msg: 'collected',
      },
    ]);
  });

  test.each([
    { password: 'hunter2' },
    { token: 'hunter2' },
    { settings: { databaseUrl: 'hunter2' } },
    { headers: { authorization: 'hunter2', cookie: 'hunter2', 'set-cookie': 'hunter2' } },
    { req: { headers: { cookie: 'hunter2', 'x-csrf-token': 'hunter2' } } },
    { channel: { secret: 'hunter2' } },
  ])('keeps no secret of %j', (fields) => {
    const { telemetry, lines } = recorded();
    telemetry.log.info(fields, 'happened');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(JSON.stringify(lines)).toContain('[secret]');
  });

  test('keeps neither the row of a database error nor the parameters of a wrapped one', () => {
    class DrizzleQueryError extends Error {}
    const cause = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      detail: 'Key (text)=(hunter2)',
      where: 'hunter2',
    });
    const { telemetry, lines } = recorded();
    const error = new DrizzleQueryError('Failed query: insert\nparams: hunter2', { cause });
    telemetry.log.error({ err: error }, 'failed');
    telemetry.log.error({ err: error });
    telemetry.log.error(error);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({
      err: { type: 'DrizzleQueryError', cause: { code: '23505', message: 'duplicate key value' } },
    });
  });

  test('cuts a message that quotes what it was given', () => {
    const { telemetry, lines } = recorded();
    telemetry.log.error({ err: new Error('x'.repeat(10_000)) }, 'failed');
    expect(JSON.stringify(lines).length).toBeLessThan(6_000);
  });

  test('says the same of an error that its caller has made safe before', () => {
    const { telemetry, lines } = recorded();
    telemetry.log.error({ err: loggedError(new TypeError('no such source')) }, 'failed');
    expect(lines[0]?.err).toMatchObject({ type: 'TypeError', message: 'no such source' });
  });
});

describe('the checks', () => {
  test('say what is down, and since when', async () => {
    const { telemetry } = recorded();
    let problem: string | null = null;
    telemetry.addCheck('database', () => problem);
    telemetry.addCheck('bus', () => Promise.reject(new Error('the bus fell over')));
    const [well, bus] = await telemetry.checks();
    expect(well).toMatchObject({ name: 'database', problem: null });
    expect(bus).toMatchObject({ name: 'bus', problem: 'the bus fell over' });
    problem = 'no connection';
    const [ill] = await telemetry.checks();
    expect(ill).toMatchObject({ problem: 'no connection' });
    const [still] = await telemetry.checks();
    expect(still?.since).toBe(ill?.since);
  });

  test('a check that hangs has failed', async () => {
    const { Checks } = await import('./checks.js');
    const checks = new Checks(20);
    checks.add('index', () => new Promise(() => undefined));
    expect(await checks.run()).toMatchObject([{ problem: expect.stringContaining('no answer') }]);
  });
});

test('metrics are of this process, with the service as a label', async () => {
  const { telemetry } = recorded();
  new Counter({ name: 'posts_total', help: 'posts', registers: [telemetry.metrics] }).inc(2);
  const text = await telemetry.metrics.metrics();
  expect(text).toContain('posts_total{service="test"} 2');
  expect(text).toContain('process_resident_memory_bytes');
});

test('metrics tell what is down, and leave out what cannot be counted meanwhile', async () => {
  const { telemetry } = recorded();
  telemetry.addCheck('database', () => 'no connection');
  telemetry.addCheck('bus', () => null);
  const registers = [telemetry.metrics];
  new Gauge({ name: 'depth', help: 'rows', registers, collect: () => Promise.reject(new Error('gone')) });
  const text = await telemetry.metrics.metrics();
  expect(text).toContain('vigil_check_up{check="database",service="test"} 0');
  expect(text).toContain('vigil_check_up{check="bus",service="test"} 1');
  expect(text).not.toContain('depth');
});

test('metrics do not wait for an engine that does not answer', async () => {
  const registry = new PatientRegistry(20);
  const registers = [registry];
  new Gauge({ name: 'depth', help: 'rows', registers, collect: () => new Promise(() => undefined) });
  new Gauge({ name: 'height', help: 'rows', registers }).set(3);
  expect(await registry.metrics()).toBe('# HELP height rows\n# TYPE height gauge\nheight 3\n');
});
