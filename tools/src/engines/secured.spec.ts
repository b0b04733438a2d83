import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Topic } from '@vigil/contracts';
import { KafkaBus, type KafkaBusOptions } from '@vigil/bus/kafka';
import { BullJobs } from '@vigil/jobs';
import { createTelemetry } from '@vigil/telemetry';
import { eventually, recordingTelemetry, withTemporaryFolder } from '@vigil/testing';
import { z } from 'zod';
import { readCompose } from '../deploy/compose.js';
import { type Certificates, makeCertificates } from './certificates.fixture.js';
import { javaAtLeast } from './java.js';
import { answers, format } from './kafka.js';
import { freePort, startServer, stopProcess } from './server-process.js';

const PASSWORD = 'correct-horse';
const downloads = path.resolve(import.meta.dirname, '..', '..', '..', '.vigil', 'engines', 'downloads');
const jars = path.join(downloads, 'kafka', 'lib');
const missing = (name: string) => spawnSync(name, ['--version']).error !== undefined;
const noKafka =
  missing('openssl') || javaAtLeast(17) === null || !existsSync(jars)
    ? 'no Kafka, Java or openssl here: npm run engines -- up kafka'
    : null;
const noRedis = missing('redis-server') || missing('openssl') ? 'no redis-server or openssl here' : null;
const describeUnless = (reason: string | null, name: string, suite: () => void): void =>
  reason === null ? describe(name, suite) : describe.skip(`${name} (${reason})`, suite);

const composed = readCompose(
  new Proxy<Record<string, string>>(
    {},
    { get: (_, name) => (name === 'COMPOSE_PROFILES' ? 'cluster' : PASSWORD) },
  ),
).services;

const Note: Topic<{ n: number }> = { name: 'notes', schema: z.object({ n: z.number() }) };
const optionsFor = (port: number, more: Partial<KafkaBusOptions>): KafkaBusOptions => ({
  brokers: [`127.0.0.1:${port}`],
  tls: false,
  caFile: null,
  sasl: null,
  prefix: `s${randomBytes(4).toString('hex')}.`,
  partitions: 1,
  replication: null,
  transitDays: 1,
  transitMaxBytes: 1e9,
  ...more,
});
const silent = () => createTelemetry({ level: 'silent', service: 'secured-test' });

/** A note that goes through the log and comes back. */
async function carriesNotes(options: KafkaBusOptions): Promise<void> {
  const bus = await KafkaBus.open(silent(), options);
  const seen: number[] = [];
  await bus.publish(Note, [{ key: 'a', value: { n: 7 } }]);
  await bus.consume(Note, 'readers', {
    handle: async (batch) => void seen.push(...batch.messages.map((message) => message.value.n)),
  });
  await eventually(() => seen.includes(7), { timeoutMs: 30_000 });
  await bus.close();
}

async function refusal(options: KafkaBusOptions): Promise<{ code: unknown; message: string }> {
  const error: unknown = await KafkaBus.open(silent(), options).catch((e: unknown) => e);
  if (!(error instanceof Error)) throw new Error('it was let in');
  expect(error.message).not.toMatch(/\n|correct-horse|wrong-horse/);
  return { code: (error as Error & { code?: unknown }).code, message: error.message };
}

describeUnless(noKafka, 'Kafka', () => {
  const { folder } = withTemporaryFolder();
  const pids: number[] = [];
  afterAll(async () => {
    await Promise.all(pids.map((pid) => stopProcess(pid)));
  });

  async function broker(
    name: string,
    port: number,
    properties: Record<string, string>,
    scram: string[] = [],
  ) {
    const place = path.join(folder(), name);
    mkdirSync(place);
    const file = path.join(place, 'server.properties');
    const lines = Object.entries({ ...properties, 'log.dirs': path.join(place, 'log') });
    writeFileSync(file, lines.map(([key, value]) => `${key}=${value}`).join('\n'));
    const java = javaAtLeast(17) ?? 'java';
    const classpath = path.join(jars, '*');
    format(java, classpath, file, scram);
    pids.push(
      await startServer({
        command: java,
        args: ['-Xmx256m', '-cp', classpath, 'kafka.Kafka', file],
        folder: place,
        ready: () => answers(port),
        withinMs: 90_000,
      }),
    );
  }

  /** What the image makes of its variables (Kafka's docker/README.md): dots for underscores, without the prefix. */
  const propertiesOf = (environment: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(environment)
        .filter(([name]) => name.startsWith('KAFKA_') && name !== 'KAFKA_HEAP_OPTS')
        .map(([name, value]) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), value]),
    );

  it('as docker-compose.yml sets it up lets Vigil in, and nobody without the password', async () => {
    const [port, inner, controller] = [await freePort(), await freePort(), await freePort()];
    const text = JSON.stringify(propertiesOf(composed['kafka']?.environment ?? {}))
      .replaceAll('kafka:9092', `127.0.0.1:${port}`)
      .replaceAll('0.0.0.0:9092', `127.0.0.1:${port}`)
      .replaceAll('9094', String(inner))
      .replaceAll('9093', String(controller));
    await broker('composed', port, JSON.parse(text));
    const sasl = { mechanism: 'plain', user: 'vigil', password: PASSWORD } as const;
    await carriesNotes(optionsFor(port, { sasl }));
    expect(await refusal(optionsFor(port, { sasl: { ...sasl, password: 'wrong-horse' } }))).toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(
        /^VIGIL_KAFKA_BROKERS \(127\.0\.0\.1:\d+\) refuses to sign in: .*VIGIL_KAFKA_SASL/,
      ),
    });
    expect((await refusal(optionsFor(port, {}))).message).toMatch(
      /^VIGIL_KAFKA_BROKERS \(127\.0\.0\.1:\d+\)/,
    );
  }, 120_000);

  describe('by TLS and SCRAM', () => {
    const user = { user: 'vigil', password: PASSWORD };
    let port = 0;
    let own: Certificates;
    let foreign: Certificates;
    beforeAll(async () => {
      own = makeCertificates(folder(), 'own');
      foreign = makeCertificates(folder(), 'foreign');
      port = await freePort();
      const controller = await freePort();
      const properties = {
        'process.roles': 'broker,controller',
        'node.id': '1',
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
        listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `CLIENTS://127.0.0.1:${port}`,
        'listener.security.protocol.map': 'CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT',
        'controller.listener.names': 'CONTROLLER',
        'inter.broker.listener.name': 'CLIENTS',
        'sasl.mechanism.inter.broker.protocol': 'PLAIN',
        'listener.name.clients.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.clients.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="vigil" password="${PASSWORD}" user_vigil="${PASSWORD}";`,
        'listener.name.clients.scram-sha-256.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'listener.name.clients.scram-sha-512.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': own.keystore,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': own.ca,
        'offsets.topic.replication.factor': '1',
        'transaction.state.log.replication.factor': '1',
        'transaction.state.log.min.isr': '1',
        'group.initial.rebalance.delay.ms': '0',
      };
      const scram = ['256', '512'].map(
        (bits) => `--add-scram=SCRAM-SHA-${bits}=[name=vigil,password=${PASSWORD}]`,
      );
      await broker('secured', port, properties, scram);
    }, 120_000);

    it.each(['scram-sha-256', 'scram-sha-512', 'plain'] as const)(
      'carries notes with %s',
      async (mechanism) => {
        await carriesNotes(optionsFor(port, { tls: true, caFile: own.ca, sasl: { mechanism, ...user } }));
      },
      60_000,
    );

    it.each<[string, () => Partial<KafkaBusOptions>, RegExp]>([
      [
        'a wrong password',
        () => ({
          tls: true,
          caFile: own.ca,
          sasl: { mechanism: 'scram-sha-512', user: 'vigil', password: 'wrong-horse' },
        }),
        /refuses to sign in: .*Check VIGIL_KAFKA_SASL/,
      ],
      [
        'a foreign authority',
        () => ({ tls: true, caFile: foreign.ca, sasl: { mechanism: 'scram-sha-512', ...user } }),
        /has no TLS to trust: .*Check VIGIL_KAFKA_TLS and VIGIL_KAFKA_CA/,
      ],
      [
        'no authority given',
        () => ({ tls: true, sasl: { mechanism: 'scram-sha-512', ...user } }),
        /has no TLS to trust: .*VIGIL_KAFKA_CA/,
      ],
      ['no TLS', () => ({ sasl: { mechanism: 'scram-sha-512', ...user } }), /VIGIL_KAFKA_TLS/],
    ])(
      '%s is refused in one line that says what to check',
      async (_, change, message) => {
        expect(await refusal(optionsFor(port, change()))).toMatchObject({
          code: expect.stringMatching(/^engine-(misconfigured|unavailable)$/),
          message: expect.stringMatching(message),
        });
      },
      60_000,
    );
  });
});

describeUnless(noRedis, 'Redis', () => {
  const { folder } = withTemporaryFolder();
  const pids: number[] = [];
  afterAll(async () => {
    await Promise.all(pids.map((pid) => stopProcess(pid)));
  });
  const start = async (command: string, args: readonly string[], port: number) =>
    pids.push(
      await startServer({ command, args, folder: folder(), ready: () => answers(port), withinMs: 20_000 }),
    );
  const open = (redisUrl: string) =>
    BullJobs.openOnRedis({ redisUrl, redisPrefix: 'vigil' }, recordingTelemetry().telemetry);

  it('as docker-compose.yml sets it up runs jobs of Vigil’s user, and knows no other', async () => {
    const port = await freePort();
    const [command = '', ...args] = composed['redis']?.command ?? [];
    const here = args.map((arg) =>
      arg
        .replaceAll('/run/redis', folder())
        .replace('--dir /data', `--dir ${folder()} --port ${port} --bind 127.0.0.1`),
    );
    await start('env', [`REDIS_PASSWORD=${PASSWORD}`, command, ...here], port);
    const jobs = await open(`redis://vigil:${PASSWORD}@127.0.0.1:${port}`);
    let runs = 0;
    jobs.worker('work', async () => void (runs += 1));
    await jobs.queue('work').add('look', {});
    await eventually(() => runs === 1);
    await jobs.close();
    for (const stranger of ['vigil:wrong-horse@', 'default:@', ''])
      await expect(open(`redis://${stranger}127.0.0.1:${port}`)).rejects.toMatchObject({
        code: 'engine-misconfigured',
        message: expect.stringMatching(
          /^VIGIL_REDIS_URL \(127\.0\.0\.1:\d+\): the user or password is refused/,
        ),
      });
  }, 60_000);

  it('by TLS is refused where its authority is not trusted', async () => {
    const port = await freePort();
    const own = makeCertificates(folder(), 'redis');
    const tls = [
      '--tls-port',
      String(port),
      '--port',
      '0',
      '--bind',
      '127.0.0.1',
      '--tls-auth-clients',
      'no',
    ];
    const files = [
      '--tls-cert-file',
      own.certificate,
      '--tls-key-file',
      own.key,
      '--tls-ca-cert-file',
      own.ca,
    ];
    await start('redis-server', [...tls, ...files, '--save', ''], port);
    await expect(open(`rediss://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(/^VIGIL_REDIS_URL \(127\.0\.0\.1:\d+\): TLS does not come about: /),
    });
    // As an operator does it: the runtime is told of the authority before it starts.
    const program = `
      const { BullJobs } = await import('@vigil/jobs');
      const { createTelemetry } = await import('@vigil/telemetry');
      const jobs = await BullJobs.openOnRedis(
        { redisUrl: 'rediss://127.0.0.1:${port}', redisPrefix: 'vigil' },
        createTelemetry({ level: 'silent', service: 'test' }),
      );
      await jobs.queue('work').add('look', {});
      await jobs.close();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      env: { ...process.env, NODE_EXTRA_CA_CERTS: own.ca, NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  }, 60_000);
});
