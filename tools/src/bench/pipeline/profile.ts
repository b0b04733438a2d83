/** The parts of V8's CPU profile that are read here: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileLine {
  readonly where: string;
  /** Of the time that the process was not idle. */
  readonly share: number;
}

/** Where a process spent the time in which it was not idle, the most first. */
export interface Profile {
  readonly busyShare: number;
  readonly lines: readonly ProfileLine[];
}

/**
 * A sample comes every millisecond while the process runs. On a busy machine it may have to wait for a processor, and what
 * came before the next sample was not spent in the function where that finds it.
 */
const LONGEST_SAMPLE_US = 2_000;
const IDLE = '(idle)';
/** V8's names for what is no function of a script: its own, and those of Node's native side. */
const IN_WORDS: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'native code and system calls',
  write: 'handing work to a thread of zlib (write)',
  writeBuffer: 'writing to sockets (writeBuffer)',
  writev: 'writing to sockets (writev)',
  writeUtf8String: 'writing to sockets (writeUtf8String)',
  runMicrotasks: 'going on with promises (runMicrotasks)',
};

/** Self time by function: of our packages by theirs and file, of others by package, of Node by module. */
export function profileOf({ nodes, samples, timeDeltas }: CpuProfile): Profile {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const time = new Map<string, number>();
  let all = 0;
  samples.forEach((id, at) => {
    const frame = byId.get(id);
    const took = Math.min(LONGEST_SAMPLE_US, Math.max(0, timeDeltas[at] ?? 0));
    all += took;
    if (!frame) return;
    const where = placeOf(frame.functionName, frame.url);
    time.set(where, (time.get(where) ?? 0) + took);
  });
  const busy = all - (time.get(IDLE) ?? 0);
  time.delete(IDLE);
  const lines = [...time]
    .sort(([, one], [, other]) => other - one)
    .map(([where, took]) => ({ where, share: took / Math.max(1, busy) }));
  return { busyShare: busy / Math.max(1, all), lines };
}

function placeOf(functionName: string, url: string): string {
  const name = functionName || '(anonymous)';
  if (url === '') return IN_WORDS[name] ?? name;
  return `${name}, ${fileOf(url)}`;
}

/** `kafkajs/src/protocol/encoder.js`, `libs/shared/bus/kafka/records.js`, `node:zlib`. */
function fileOf(url: string): string {
  if (url.startsWith('node:')) return url;
  const installed = url.lastIndexOf('/node_modules/');
  if (installed >= 0) return url.slice(installed + '/node_modules/'.length);
  const own = /\/((?:apps|libs|tools)\/.*)$/.exec(url)?.[1];
  return own?.replace('/dist/', '/') ?? url;
}
