import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { GROUPS, readSettings } from '@vigil/config';
import { withTemporaryFolder } from '@vigil/testing';
import { composeDocument, composeText, exampleEnv, placeholders, readCompose, ROOT } from './compose.js';
import { effective, parseDockerfile } from './dockerfile.js';

const env = {
  ...Object.fromEntries(Object.keys(exampleEnv()).map((name) => [name, `${name.toLowerCase()}-0`])),
  VIGIL_DOMAIN: 'vigil.example.org',
  COMPOSE_PROFILES: 'cluster',
  VIGIL_CADDY_TLS: '',
};
const compose = readCompose(env);
const services = Object.entries(compose.services);
const stages = parseDockerfile(readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8'));
const manifest: unknown = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const OWN = ['collector', 'classifier', 'alerts', 'vigil'];
const ENGINES = ['postgres', 'kafka', 'elasticsearch', 'elasticsearch-user', 'redis', 's3'];

describe('docker-compose.yml', () => {
  it('keeps to the schema of the Compose Specification', () => {
    const schema = JSON.parse(readFileSync(path.join(ROOT, 'tools', 'deploy', 'compose-spec.json'), 'utf8'));
    // Known to ajv under http:// alone.
    delete schema.$schema;
    const ajv = new Ajv({ strict: false, formats: { duration: true, ports: true, expose: true } });
    const valid = ajv.compile(schema);
    expect({ valid: valid(composeDocument(env)), errors: valid.errors }).toEqual({
      valid: true,
      errors: null,
    });
    expect(valid({ services: { caddy: { image: 'caddy:2', read_onyl: true } } })).toBe(false);
  });

  it('has no password for strangers: each is asked for, and stands empty in .env.example', () => {
    const asked = placeholders(composeText());
    expect(new Set(asked.map(({ name }) => name))).toEqual(new Set(Object.keys(exampleEnv())));
    for (const { name, otherwise } of asked)
      expect({ name, otherwise }).toEqual({
        name,
        otherwise: name === 'VIGIL_CADDY_TLS' ? 'default' : 'refuse',
      });
    const given = Object.entries(exampleEnv()).filter(([, value]) => value !== '');
    expect(given).toEqual([['COMPOSE_PROFILES', 'cluster']]);
    expect(() => readCompose({ ...env, REDIS_PASSWORD: '' })).toThrow(/REDIS_PASSWORD is not set/);
  });

  it.each(services)('%s: pinned, bounded, unprivileged', (name, service) => {
    const { build, deploy } = service;
    expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
    if (build) {
      expect(stages.has(build.target)).toBe(true);
      expect(service.image).toBe(`vigil-${build.target}:${(manifest as { version: string }).version}`);
    }
    expect(deploy.resources.limits).toEqual({
      cpus: expect.stringMatching(/^\d/),
      memory: expect.stringMatching(/^\d+[mg]$/),
      pids: expect.any(Number),
    });
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.cap_add).toEqual([]);
    expect(service.privileged).toBe(false);
    expect(service.security_opt).toContain('no-new-privileges:true');
    const user = service.user ?? (build && effective(stages, build.target, 'USER')?.rest);
    expect(user).toMatch(/^[1-9]\d*:\d+$/);
    expect({ name, readOnly: service.read_only }).toEqual({ name, readOnly: name !== 'elasticsearch' });
    const once = service.restart === 'on-failure';
    const check = service.healthcheck ?? (build && effective(stages, build.target, 'HEALTHCHECK'));
    expect({ name, checked: check !== undefined && check !== null }).toEqual({ name, checked: !once });
    if (!once) expect(service.restart).toBe('unless-stopped');
  });

  it.each(services)('%s: waits for what is there, in networks and volumes that are there', (_, service) => {
    for (const [needed, { condition }] of Object.entries(service.depends_on)) {
      const once = compose.services[needed]?.restart === 'on-failure';
      expect({ needed, condition }).toEqual({
        needed,
        condition: once ? 'service_completed_successfully' : 'service_healthy',
      });
    }
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(service.depends_on)));
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(service.networks));
    for (const volume of service.volumes) {
      const [from = ''] = volume.split(':');
      if (from.startsWith('.')) expect(statSync(path.join(ROOT, from)).isFile()).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
  });

  it('lets only Caddy be reached, and no engine out', () => {
    expect(services.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['caddy']);
    for (const name of ENGINES) expect(compose.services[name]?.networks).toEqual(['engines']);
    expect(compose.services['caddy']?.networks).not.toContain('engines');
    expect(compose.networks['engines']?.internal).toBe(true);
    expect([...OWN, ...ENGINES, 'caddy'].sort()).toEqual(services.map(([name]) => name).sort());
  });

  it('runs two of each service', () => {
    for (const name of ['collector', 'classifier', 'alerts'])
      expect(compose.services[name]?.deploy.replicas).toBeGreaterThanOrEqual(2);
  });

  it.each(OWN)('%s: Vigil takes the settings it is given, and knows them all', (name) => {
    const { environment = {} } = compose.services[name] ?? {};
    const known = Object.values(GROUPS).flatMap((group) => Object.values(group).map((one) => one.name));
    expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
    const settings = readSettings(environment);
    expect(settings.http.publicUrl).toBe('https://vigil.example.org');
    expect(settings.storage.databaseUrl).toContain('@postgres:5432/');
    if (name === 'vigil') {
      expect(settings.cluster.kafkaBrokers).toEqual([]);
      return;
    }
    const { host } = new URL(settings.cluster.redisUrl ?? '');
    expect([...settings.cluster.kafkaBrokers, host]).toEqual(['kafka:9092', 'redis:6379']);
    const given = Object.keys(GROUPS.CLUSTER).filter(
      (key) => environment[GROUPS.CLUSTER[key as keyof typeof GROUPS.CLUSTER].name],
    );
    expect(given).toHaveLength(8);
  });
});

describe('make-env.sh', () => {
  const { folder } = withTemporaryFolder();
  const make = (...args: string[]) =>
    spawnSync(path.join(folder(), 'deploy', 'make-env.sh'), args, { encoding: 'utf8' });
  const written = () => readFileSync(path.join(folder(), '.env'), 'utf8');

  it('writes what docker-compose.yml asks for, each password another, for the owner alone, and once', () => {
    mkdirSync(path.join(folder(), 'deploy'));
    cpSync(path.join(ROOT, 'deploy', 'make-env.sh'), path.join(folder(), 'deploy', 'make-env.sh'));
    cpSync(path.join(ROOT, '.env.example'), path.join(folder(), '.env.example'));
    expect(make('no name').status).toBe(2);
    expect(make('$(touch x)').stderr).toMatch(/such as vigil\.example\.org/);
    expect(make('--small', 'vigil.example.org')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('exec vigil vigil sign-in'),
    });
    const text = written();
    const made = Object.fromEntries(
      text
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => line.split('=', 2) as [string, string]),
    );
    expect(made).toMatchObject({ VIGIL_DOMAIN: 'vigil.example.org', COMPOSE_PROFILES: 'small' });
    const passwords = Object.entries(made).filter(([name]) => /PASSWORD$|KEY$/.test(name));
    expect(new Set(passwords.map(([, value]) => value)).size).toBe(passwords.length);
    for (const [, value] of passwords) expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(() => readCompose(made)).not.toThrow();
    expect(statSync(path.join(folder(), '.env')).mode & 0o077).toBe(0);
    expect(make('other.example.org').status).toBe(1);
    expect(written()).toBe(text);
  });

  it.each(['make-env.sh', 'postgres-init.sh', 'elasticsearch-user.sh'])(
    '%s can be run and parsed',
    (name) => {
      const file = path.join(ROOT, 'deploy', name);
      expect(statSync(file).mode & 0o111).toBe(0o111);
      execFileSync('bash', ['-n', file]);
    },
  );
});
