import { chunksOf } from './input.js';
import type { Terminal } from './terminal.js';

/** The lines of a file, or of standard input for `-`, without their ends and a mark of byte order. */
export async function* linesOf(name: string, terminal: Terminal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunksOf(name, terminal)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
