import { once } from 'node:events';
import { createServer } from 'node:http';
import path from 'node:path';
import { withTemporaryFolder } from '@vigil/testing';
import { readCompose } from '../deploy/compose.js';
import { dockerAnswers, IMAGES } from './docker.js';

describe('Docker for the engines of the tests', () => {
  const { folder } = withTemporaryFolder();

  it('is used where an engine answers at its socket, and not against VIGIL_TEST_DOCKER=0', async () => {
    const asked: (string | undefined)[] = [];
    const engine = createServer((request, answer) => {
      asked.push(request.url);
      answer.end('OK');
    }).listen(path.join(folder(), 'docker.sock'));
    await once(engine, 'listening');
    const env = { DOCKER_HOST: `unix://${path.join(folder(), 'docker.sock')}` };
    expect(await dockerAnswers(env)).toBe(true);
    expect(await dockerAnswers({ ...env, VIGIL_TEST_DOCKER: '0' })).toBe(false);
    expect(asked).toEqual(['/_ping']);
    engine.close();
  });

  it.each(['unix:///no/such/docker.sock', 'tcp://127.0.0.1:1', 'nonsense'])(
    'is not had at %s',
    async (host) => {
      expect(await dockerAnswers({ DOCKER_HOST: host })).toBe(false);
    },
  );

  it('has the versions that docker-compose.yml runs', () => {
    const { services } = readCompose(new Proxy<Record<string, string>>({}, { get: () => 'x' }));
    for (const name of ['kafka', 'elasticsearch', 'redis'] as const)
      expect(IMAGES[name].image).toBe(services[name]?.image);
  });
});
