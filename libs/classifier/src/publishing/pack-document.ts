import { VigilError, parse } from '@vigil/contracts';
import { z } from 'zod';
import { packError, parsePack } from '../packs/parse-pack.js';
import { Pack } from '../packs/schema.js';

export const PackName = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single dashes')
  .max(200);
/** The files of a pack's folder: name within it → text. */
const Files = z.strictObject({ files: z.record(z.string().max(300), z.string()) });
/** What a request may send as a pack. */
export const PackDocument = z.union([Files, Pack]);

/** The pack of a request's body, with every fault told as `bad-input`. */
export function packFrom(body: unknown): Pack {
  const parsed = parsePack(filesOf(body));
  if (!parsed.pack) throw packError('rule pack', parsed);
  return parsed.pack;
}

/** A body is the map of a folder's files, or a whole pack: as YAML text, or as JSON, whose faults are told by field. */
function filesOf(body: unknown): ReadonlyMap<string, string> {
  if (typeof body === 'string') return new Map([['pack.yaml', body]]);
  if (typeof body === 'object' && body !== null && 'files' in body)
    return new Map(Object.entries(parse(Files, body, 'rule pack').files));
  if (typeof body === 'object' && body !== null)
    return new Map([['pack.yaml', JSON.stringify(body, null, 1)]]);
  throw new VigilError(
    'bad-input',
    'rule pack: send {"files": {"pack.yaml": "…", "rules/….yaml": "…"}}, or one YAML or JSON document',
  );
}
