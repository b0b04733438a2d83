import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { downloadJars, javaAtLeast, missingForJava } from './java.js';
import type { Recipe } from './recipe.js';
import { freePort } from './server-process.js';

/** One process as broker and controller (KRaft), replication 1. */
export const kafka: Recipe = {
  name: 'kafka',
  version: '4.3.0',
  givenBy: 'VIGIL_TEST_KAFKA_BROKERS',
  missing: async () => missingForJava(17),
  async prepare({ folder, downloads, reachedAt }) {
    const java = javaAtLeast(17) ?? 'java';
    const classpath = path.join(downloadJars('kafka', downloads), '*');
    const [port, controllerPort] = [await freePort(), await freePort()];
    const properties = path.join(folder, 'server.properties');
    writeFileSync(properties, configuration({ port, controllerPort, reachedAt }, path.join(folder, 'log')));
    format(java, classpath, properties);
    const launch = {
      command: java,
      args: ['-Xmx512m', '-cp', classpath, 'kafka.Kafka', properties],
      folder,
      ready: () => answers(port),
      withinMs: 60_000,
    };
    return { launch, port, env: { VIGIL_TEST_KAFKA_BROKERS: `127.0.0.1:${port}` } };
  },
};

/** Makes the storage that a file of properties names, as Kafka wants it before its first start. */
export function format(
  java: string,
  classpath: string,
  properties: string,
  more: readonly string[] = [],
): void {
  const clusterId = randomBytes(16).toString('base64url');
  const answer = spawnSync(
    java,
    // With `=`: an id may begin with a dash, and would pass for an option.
    [
      ...['-cp', classpath, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`],
      ...['-c', properties, ...more],
    ],
    { encoding: 'utf8' },
  );
  if (answer.status !== 0)
    throw new Error(`Kafka's storage could not be made:\n${(answer.stdout + answer.stderr).slice(-2_000)}`);
}

function configuration(
  {
    port,
    controllerPort,
    reachedAt = port,
  }: { port: number; controllerPort: number; reachedAt?: number | undefined },
  logs: string,
): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${reachedAt}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logs,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // No wait for further members: tests join and leave all the time.
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}

/** Whether a connection is taken: the broker opens its port once it serves. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (well: boolean) => {
      socket.destroy();
      resolve(well);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
