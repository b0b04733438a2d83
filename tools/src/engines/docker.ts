import { request } from 'node:http';
import type { EngineName } from './recipe.js';
import { freePort } from './server-process.js';

/** An engine's official image, of the version that docker-compose.yml runs. */
interface Image {
  readonly image: string;
  readonly port: number;
  readonly entrypoint?: readonly string[];
  /** Path that answers once the engine serves; without it the open port is enough. */
  readonly ready?: string;
  /** What the container is told; `port` is the one on this machine. */
  environment(port: number): Record<string, string>;
  /** What the tests are told. */
  variables(port: number): Record<string, string>;
}

/** Of the S3 store in its container, which only this machine reaches. */
const S3_KEY = { id: 'vigil-test', secret: 'vigil-test-secret' };

export const IMAGES: Readonly<Record<EngineName, Image>> = {
  kafka: {
    image: 'apache/kafka:4.3.0',
    port: 9092,
    environment: (port) => ({
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_NODE_ID: '1',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
      // Clients come back to the address that the broker gives them, so it is the one on this machine.
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    }),
    variables: (port) => ({ VIGIL_TEST_KAFKA_BROKERS: `127.0.0.1:${port}` }),
  },
  elasticsearch: {
    image: 'docker.elastic.co/elasticsearch/elasticsearch:9.5.3',
    port: 9200,
    ready: '/_cluster/health?wait_for_status=yellow',
    environment: () => ({
      'discovery.type': 'single-node',
      'xpack.security.enabled': 'false',
      'xpack.ml.enabled': 'false',
      ES_JAVA_OPTS: '-Xms1g -Xmx1g',
    }),
    variables: (port) => ({ VIGIL_TEST_ELASTICSEARCH_URL: `http://127.0.0.1:${port}` }),
  },
  redis: {
    image: 'redis:8.10.2-alpine',
    port: 6379,
    environment: () => ({}),
    variables: (port) => ({ VIGIL_TEST_REDIS_URL: `redis://127.0.0.1:${port}` }),
  },
  s3: {
    image: 'versity/versitygw:v1.7.0',
    port: 7070,
    entrypoint: ['sh', '-c', 'mkdir -p /buckets/vigil-test && exec versitygw posix /buckets'],
    environment: () => ({ ROOT_ACCESS_KEY: S3_KEY.id, ROOT_SECRET_KEY: S3_KEY.secret }),
    variables: (port) => ({
      VIGIL_TEST_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      VIGIL_TEST_S3_BUCKET: 'vigil-test',
      VIGIL_TEST_S3_ACCESS_KEY_ID: S3_KEY.id,
      VIGIL_TEST_S3_SECRET_ACCESS_KEY: S3_KEY.secret,
    }),
  },
};

const ANSWER_WITHIN_MS = 2_000;
/** With the download of an image of 700 MB. */
const START_WITHIN_MS = 600_000;

/** Whether containers can be started: an engine answers at DOCKER_HOST or the usual socket, and VIGIL_TEST_DOCKER is not 0. */
export function dockerAnswers(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  if (env['VIGIL_TEST_DOCKER'] === '0') return Promise.resolve(false);
  const host = env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';
  const where = host.startsWith('unix://')
    ? { socketPath: host.slice('unix://'.length) }
    : { host: URL.parse(host)?.hostname ?? '', port: URL.parse(host)?.port ?? '' };
  return new Promise((resolve) => {
    const asking = request({ ...where, path: '/_ping', timeout: ANSWER_WITHIN_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('error', () => resolve(false)).on('timeout', () => asking.destroy());
    asking.end();
  });
}

/** Starts an engine's container on a free port of loopback; it outlives this process. Gives its id and what tests are told. */
export async function startContainer(
  name: EngineName,
): Promise<{ container: string; env: Record<string, string> }> {
  const { image, port, entrypoint, ready, environment, variables } = IMAGES[name];
  const { GenericContainer, Wait } = await library();
  const here = await freePort();
  const container = new GenericContainer(image)
    .withExposedPorts({ container: port, host: here })
    .withEnvironment(environment(here))
    .withStartupTimeout(START_WITHIN_MS)
    .withWaitStrategy(ready === undefined ? Wait.forListeningPorts() : Wait.forHttp(ready, port));
  if (entrypoint) container.withEntrypoint([...entrypoint]);
  const started = await container.start();
  return { container: started.getId(), env: variables(here) };
}

/** Whether a container of that id still runs. */
export async function containerRuns(id: string): Promise<boolean> {
  const { getContainerRuntimeClient } = await library();
  const { container } = await getContainerRuntimeClient();
  return container
    .inspect(container.getById(id))
    .then(({ State }) => State.Running)
    .catch(() => false);
}

/** Stops a container and removes it with its data. */
export async function removeContainer(id: string): Promise<void> {
  const { getContainerRuntimeClient } = await library();
  const { container } = await getContainerRuntimeClient();
  await container.remove(container.getById(id), { removeVolumes: true });
}

/** Loaded where Docker answers alone. Its reaper would remove the containers as soon as this process ends. */
async function library(): Promise<typeof import('testcontainers')> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  return import('testcontainers');
}
