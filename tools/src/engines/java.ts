import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** `java` of at least this major version: the one on the PATH, else the newest among the installed ones. */
export function javaAtLeast(major: number): string | null {
  const homes = existsSync('/usr/lib/jvm')
    ? readdirSync('/usr/lib/jvm').map((home) => path.join('/usr/lib/jvm', home, 'bin', 'java'))
    : [];
  const found = ['java', ...homes.filter((file) => existsSync(file))]
    .map((command) => ({ command, version: majorOf(command) }))
    .filter(({ version }) => version >= major)
    .sort((a, b) => b.version - a.version);
  return found[0]?.command ?? null;
}

function majorOf(command: string): number {
  const answer = spawnSync(command, ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(answer.stderr ?? '')?.[1] ?? 0);
}

/** What is missing to run a server from Maven Central; null for nothing. */
export function missingForJava(major: number): string | null {
  if (javaAtLeast(major) === null) return `no Java ${major} or later`;
  if (spawnSync('mvn', ['--version']).status !== 0) return 'no Maven (mvn)';
  return null;
}

/**
 * Downloads a profile's jars from Maven Central once into `downloads/NAME/lib`; a download that was cut short is
 * begun again. Returns that folder.
 */
export function downloadJars(profile: string, downloads: string): string {
  const target = path.join(downloads, profile);
  if (existsSync(target)) return path.join(target, 'lib');
  process.stderr.write(`  fetching ${profile} from Maven Central, once: about 45 MB …\n`);
  const partial = path.join(downloads, `${profile}.partial`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const pom = path.resolve(import.meta.dirname, '..', '..', 'engines', 'pom.xml');
  const args = [
    '-q',
    '-B',
    '-f',
    pom,
    '-P',
    profile,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${path.join(partial, 'lib')}`,
  ];
  const answer = spawnSync('mvn', args, { encoding: 'utf8' });
  if (answer.status !== 0)
    throw new Error(`Maven could not bring ${profile}:\n${(answer.stdout + answer.stderr).slice(-2_000)}`);
  renameSync(partial, target);
  return path.join(target, 'lib');
}
