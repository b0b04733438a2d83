import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { Subject } from './subject.js';

/** The API, asked with the machine token of the data folder, as `vigil` does. */
export class Api {
  private constructor(
    private readonly address: string,
    private readonly token: string,
  ) {}

  static async of({ address, dataDir }: Subject): Promise<Api> {
    return new Api(address, (await readFile(path.join(dataDir, 'cli-token'), 'utf8')).trim());
  }

  async get<T>(route: string, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(`${this.address}/api${route}`, {
      headers: { authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok)
      throw new Error(`${route}: ${response.status} ${(await response.text()).slice(0, 300)}`);
    return schema.parse(await response.json());
  }
}
