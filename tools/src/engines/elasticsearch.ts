import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { downloadJars, javaAtLeast, missingForJava } from './java.js';
import type { Recipe } from './recipe.js';
import { freePort } from './server-process.js';

const VERSION = '9.5.3';

/** The server's core as a single node: no extra modules, so only what every 9.x cluster has can be used. */
export const elasticsearch: Recipe = {
  name: 'elasticsearch',
  version: VERSION,
  givenBy: 'VIGIL_TEST_ELASTICSEARCH_URL',
  missing: async () => missingForJava(21),
  async prepare({ folder, downloads }) {
    const lib = downloadJars('elasticsearch', downloads);
    const modules = separateTransport(lib);
    const home = path.join(folder, 'home');
    mkdirSync(path.join(home, 'config'), { recursive: true });
    mkdirSync(path.join(home, 'modules', 'transport-netty4'), { recursive: true });
    for (const file of readdirSync(modules))
      copyFileSync(path.join(modules, file), path.join(home, 'modules', 'transport-netty4', file));
    const [http, transport] = [await freePort(), await freePort()];
    const node = path.resolve(import.meta.dirname, '..', '..', 'engines', 'EsNode.java');
    const launch = {
      command: javaAtLeast(21) ?? 'java',
      args: [
        '-Xms1g',
        '-Xmx1g',
        '--enable-native-access=ALL-UNNAMED',
        '--add-modules',
        'jdk.incubator.vector',
        '-cp',
        path.join(lib, '*'),
        node,
        home,
        String(http),
        String(transport),
      ],
      folder,
      ready: async () =>
        (await fetch(`http://127.0.0.1:${http}/_cluster/health?wait_for_status=yellow&timeout=1s`)).ok,
      withinMs: 90_000,
    };
    return { launch, port: http, env: { VIGIL_TEST_ELASTICSEARCH_URL: `http://127.0.0.1:${http}` } };
  },
};

/** The transport is a module with class loader and descriptor of its own: its jars must not stand among the core's. */
function separateTransport(lib: string): string {
  const modules = path.join(path.dirname(lib), 'transport-netty4');
  if (existsSync(path.join(modules, 'plugin-descriptor.properties'))) return modules;
  mkdirSync(modules, { recursive: true });
  for (const file of readdirSync(lib)) {
    if (/^(netty-|transport-netty4-).*\.jar$/.test(file))
      renameSync(path.join(lib, file), path.join(modules, file));
  }
  const descriptor = {
    name: 'transport-netty4',
    description: 'Netty 4 based transport',
    version: VERSION,
    'elasticsearch.version': VERSION,
    'java.version': 21,
    classname: 'org.elasticsearch.transport.netty4.Netty4Plugin',
  };
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}`);
  writeFileSync(path.join(modules, 'plugin-descriptor.properties'), lines.join('\n'));
  return modules;
}
