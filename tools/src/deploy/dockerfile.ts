/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** `--from=build` gives `from: 'build'`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows the flags. */
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  /** An earlier stage or an image. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** Reads the instructions that this project's Dockerfile uses: no heredocs, no `ARG` before `FROM`, every stage named. */
export function parseDockerfile(text: string): Map<string, Stage> {
  const stages = new Map<string, Stage>();
  let instructions: Instruction[] = [];
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines) {
    const [, name = '', flagText = '', rest = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [, base = '', stage = ''] = /^(\S+)\s+AS\s+(\S+)$/.exec(rest) ?? [];
      if (stage === '') throw new Error(`a stage without a name: ${line}`);
      instructions = [];
      stages.set(stage, { name: stage, base, instructions });
      continue;
    }
    if (name === '') throw new Error(`no instruction: ${line}`);
    const flags = Object.fromEntries(
      flagText
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map((flag) => flag.slice(2).split('=', 2) as [string, string]),
    );
    instructions.push({ name, flags, rest: rest.replaceAll(/\s+/g, ' ').trim() });
  }
  return stages;
}

/** A stage and those it stands on, the first that is an image's last. */
export function chain(stages: ReadonlyMap<string, Stage>, name: string): Stage[] {
  const stage = stages.get(name);
  return stage ? [stage, ...chain(stages, stage.base)] : [];
}

/** The last instruction of a name that counts for a stage: its own, or that of what it stands on. */
export function effective(
  stages: ReadonlyMap<string, Stage>,
  stage: string,
  instruction: string,
): Instruction | null {
  for (const one of chain(stages, stage)) {
    const found = one.instructions.findLast(({ name }) => name === instruction);
    if (found) return found;
  }
  return null;
}
