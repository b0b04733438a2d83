// `node tools/launch/complete-lock.mjs`, after a change of dependencies.
//
// npm leaves platform packages out of the lock file that the registry it asked does not hold (a mirror that lags behind),
// and `npm ci` then refuses the file everywhere. This names them: a platform package has its parent's version, and is
// skipped on other platforms, so no integrity is needed to be right here.
import { readFileSync, writeFileSync } from 'node:fs';
import { root } from './workspace.mjs';

const file = `${root}/package-lock.json`;
const lock = JSON.parse(readFileSync(file, 'utf8'));
let added = 0;
for (const one of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(one.optionalDependencies ?? {})) {
    const known = Object.keys(lock.packages).some(
      (key) => key === `node_modules/${name}` || key.endsWith(`/node_modules/${name}`),
    );
    if (known || !/^\d+\.\d+\.\d+/.test(version)) continue;
    const platform =
      /(?<os>darwin|linux|win32|freebsd|android|openharmony)-(?<cpu>arm64|x64|ia32|arm|ppc64|s390x|riscv64)?/.exec(
        name,
      )?.groups;
    if (!platform) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: platform.cpu ? [platform.cpu] : undefined,
      dev: one.dev,
      license: one.license,
      optional: true,
      os: [platform.os],
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} platform packages named`);
