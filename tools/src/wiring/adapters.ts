import path from 'node:path';

/** A source file: its path from the root of the checkout, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A port and the function that runs its contract suite. */
export interface Port {
  readonly name: string;
  readonly contract: string;
}

export const PORTS: readonly Port[] = [
  { name: 'MessageBus', contract: 'messageBusContract' },
  { name: 'RetainedLog', contract: 'retainedLogContract' },
  { name: 'HitIndex', contract: 'hitIndexContract' },
  { name: 'EvidenceStore', contract: 'evidenceContract' },
  { name: 'Jobs', contract: 'jobsContract' },
  { name: 'Connector', contract: 'connectorContract' },
];

const isTest = (file: string): boolean =>
  /\.(spec|fixture|contract)\.ts$|\/testing\/|spec-tools\.ts$/.test(file);

/**
 * Every way into a port that no test runs the port's contract with, in words: an adapter counts as tried where a
 * `*.spec.ts` calls the contract and reaches the adapter's file by its package's own imports. Where an adapter has more
 * than one backend (`static open…`), each must stand in such a call.
 */
export function untried(files: readonly SourceFile[], ports: readonly Port[] = PORTS): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return ports.flatMap(({ name, contract }) => {
    const specs = files.filter(
      (file) => file.path.endsWith('.spec.ts') && new RegExp(`\\b${contract}\\(`).test(file.text),
    );
    const reached = new Set(specs.flatMap((spec) => reach(spec, byPath)));
    const bases = [name, ...narrowed(name, files)].join('|');
    const adapters = files.flatMap((file) =>
      isTest(file.path)
        ? []
        : [
            ...file.text.matchAll(new RegExp(`^export class (\\w+)[^\\n]*? extends (?:${bases})\\b`, 'gm')),
          ].map(([, adapter = '']) => ({ adapter, file })),
    );
    if (adapters.length === 0) return [`${name}: no adapter was found`];
    return adapters.flatMap(({ adapter, file }) => {
      if (!reached.has(file.path)) return [`${adapter} (${file.path}): no spec runs ${contract} with it`];
      const factories = [...file.text.matchAll(/^ {2}static (?:async )?(open\w*)\(/gm)].map(([, way]) => way);
      if (factories.length < 2) return [];
      return factories
        .filter(
          (way) =>
            !specs.some(({ text }) =>
              callsOf(contract, text).some((call) => call.includes(`${adapter}.${way}(`)),
            ),
        )
        .map((way) => `${adapter}.${way} (${file.path}): no spec runs ${contract} with it`);
    });
  });
}

/** Abstract classes that add to a port: what extends one of them is an adapter as well. */
function narrowed(port: string, files: readonly SourceFile[]): string[] {
  const declared = new RegExp(`^export abstract class (\\w+) extends ${port}\\b`, 'gm');
  return files.flatMap(({ text }) => [...text.matchAll(declared)].map(([, name = '']) => name));
}

/** A file and all that it imports, itself or through others, without leaving relative paths. */
function reach(from: SourceFile, files: ReadonlyMap<string, SourceFile>): string[] {
  const seen = new Set<string>();
  const rest = [from];
  for (let file = rest.pop(); file; file = rest.pop()) {
    if (seen.has(file.path)) continue;
    seen.add(file.path);
    for (const [, specifier = ''] of file.text.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)) {
      const imported = files.get(`${path.posix.join(path.posix.dirname(file.path), specifier)}.ts`);
      if (imported) rest.push(imported);
    }
  }
  return [...seen];
}

/** The text of each call of a function, to the bracket that ends it. */
function callsOf(name: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`\\b${name}\\(`, 'g'))].map(({ index }) => {
    let depth = 0;
    for (let at = text.indexOf('(', index); at < text.length; at += 1) {
      if (text[at] === '(') depth += 1;
      else if (text[at] === ')' && (depth -= 1) === 0) return text.slice(index, at + 1);
    }
    return text.slice(index);
  });
}
