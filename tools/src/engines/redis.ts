import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import type { Recipe } from './recipe.js';
import { freePort } from './server-process.js';

/** The system's redis-server, nothing saved: queues are recreated from PostgreSQL. */
export const redis: Recipe = {
  name: 'redis',
  version:
    /v=(\S+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? '',
  givenBy: 'VIGIL_TEST_REDIS_URL',
  missing: async () =>
    spawnSync('redis-server', ['--version']).status === 0
      ? null
      : 'no redis-server (Debian: apt-get install redis-server)',
  async prepare({ folder }) {
    const port = await freePort();
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'noeviction',
      '--dir',
      folder,
    ];
    const launch = { command: 'redis-server', args, folder, ready: () => pong(port), withinMs: 15_000 };
    return { launch, port, env: { VIGIL_TEST_REDIS_URL: `redis://127.0.0.1:${port}` } };
  },
};

function pong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}
