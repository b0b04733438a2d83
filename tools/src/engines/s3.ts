import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { downloadJars, javaAtLeast, missingForJava } from './java.js';
import type { Recipe } from './recipe.js';
import { freePort } from './server-process.js';

/** S3Proxy over a folder: a small, strict S3 API. */
export const s3: Recipe = {
  name: 's3',
  version: 'S3Proxy 3.0.0',
  givenBy: 'VIGIL_TEST_S3_ENDPOINT',
  missing: async () => missingForJava(21),
  async prepare({ folder, downloads }) {
    const lib = downloadJars('s3', downloads);
    const port = await freePort();
    const [identity, credential] = [randomBytes(8).toString('hex'), randomBytes(16).toString('hex')];
    const buckets = path.join(folder, 'buckets');
    mkdirSync(path.join(buckets, 'vigil-test'), { recursive: true });
    const configuration = path.join(folder, 's3proxy.conf');
    const endpoint = `http://127.0.0.1:${port}`;
    writeFileSync(
      configuration,
      [
        `s3proxy.endpoint=${endpoint}`,
        's3proxy.authorization=aws-v2-or-v4',
        `s3proxy.identity=${identity}`,
        `s3proxy.credential=${credential}`,
        'jclouds.provider=filesystem-nio2',
        `jclouds.filesystem.basedir=${buckets}`,
      ].join('\n'),
    );
    const args = [
      '-Xmx256m',
      '-cp',
      path.join(lib, '*'),
      'org.gaul.s3proxy.Main',
      '--properties',
      configuration,
    ];
    const launch = {
      command: javaAtLeast(21) ?? 'java',
      args,
      folder,
      // Any answer is one: without a signature it is a refusal.
      ready: async () => (await fetch(endpoint)).status > 0,
      withinMs: 60_000,
    };
    return {
      launch,
      port,
      env: {
        VIGIL_TEST_S3_ENDPOINT: endpoint,
        VIGIL_TEST_S3_BUCKET: 'vigil-test',
        VIGIL_TEST_S3_ACCESS_KEY_ID: identity,
        VIGIL_TEST_S3_SECRET_ACCESS_KEY: credential,
      },
    };
  },
};
