import type { CpuProfile } from './profile.js';

/** How often V8 looks: often enough for some thousand samples in ten seconds, rarely enough to cost nothing to speak of. */
const SAMPLE_EVERY_US = 1_000;

/** Begins a profile of the process behind an inspector's address; the function returned ends it and gives the profile. */
export async function startProfile(address: string): Promise<() => Promise<CpuProfile>> {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`the inspector at ${address} does not answer`));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  };
  const ask = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = waiting.size + 1;
      waiting.set(id, resolve);
      socket.onclose = () => reject(new Error(`the inspector at ${address} went away`));
      socket.send(JSON.stringify({ id, method, params }));
    });
  await ask('Profiler.enable');
  await ask('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await ask('Profiler.start');
  return async () => {
    const { profile } = (await ask('Profiler.stop')) as { profile: CpuProfile };
    socket.onclose = null;
    socket.close();
    return profile;
  };
}
