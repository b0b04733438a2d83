import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VigilError, isVigilError } from '@vigil/contracts';
import { loadPack, packFoldersIn, packHash } from '../packs/load-pack.js';
import type { Pack } from '../packs/schema.js';
import { refuseToPublish, tryPack } from '../packs/try-pack.js';
import type { PackStore, PublishedVersion } from './pack-store.js';

/** `packs` beside the program: this file is libs/classifier/{src,dist}/publishing/seed. */
export const DEFAULT_PACKS_DIR = fileURLToPath(new URL('../../../../packs', import.meta.url));

/** Who publishes at a start. */
export const STARTUP = 'startup';

export interface Seeded {
  /** `name version` of what was published. */
  readonly published: readonly string[];
  /** Packs whose folder is at fault, and so the last good version stays in force. */
  readonly faults: readonly { readonly pack: string; readonly message: string }[];
  /** Examples that the engine reads otherwise than the pack's author. */
  readonly examples: readonly { readonly pack: string; readonly failures: number }[];
}

/**
 * Publishes the packs of a folder: each at the first start, and again when its content has changed since a start last
 * published it. What was published or rolled back over HTTP in between stays as it is until then. A pack at fault, or
 * with a rule that matches everyday language, keeps its last good version; one that has none stops the start: throws its `bad-input`.
 */
export async function seedPacks(store: PackStore, dir: string): Promise<Seeded> {
  const published: string[] = [];
  const faults: { pack: string; message: string }[] = [];
  const examples: { pack: string; failures: number }[] = [];
  for (const folder of await packFoldersIn(dir)) {
    const name = basename(folder);
    const known = await store.versions(name);
    const isKnown = await seededBefore(store, name, known);
    const fresh = (pack: Pack) => !isKnown(packHash(pack), known);
    const loaded = await loadTried(folder, name, fresh).catch((error: unknown) => {
      if (!(error instanceof VigilError) || known.length === 0) throw error;
      faults.push({ pack: name, message: error.message });
      return null;
    });
    if (!loaded) continue;
    const { pack, failures } = loaded;
    const result = await store
      .publish(pack, STARTUP, (versions) => isKnown(packHash(pack), versions))
      .catch((error: unknown) => {
        if (!isVigilError(error, 'conflict')) throw error;
        faults.push({ pack: name, message: error.message });
        return null;
      });
    if (!result?.changed) continue;
    published.push(`${name} ${result.version}`);
    if (failures > 0) examples.push({ pack: name, failures });
  }
  return { published, faults, examples };
}

/**
 * Tells whether a start last published some content. That of an older program lacks fields that have defaults since, so
 * its hash is taken again of what this program reads: an upgrade alone must not undo what people published since.
 */
async function seededBefore(
  store: PackStore,
  name: string,
  known: readonly PublishedVersion[],
): Promise<(sha256: string, versions: readonly PublishedVersion[]) => boolean> {
  const last = known.find(isSeeded);
  const asRead =
    last === undefined ? null : await store.content(name, last.version).then(packHash, () => null);
  return (sha256, versions) => {
    const newest = versions.find(isSeeded);
    return newest?.sha256 === sha256 || (newest?.version === last?.version && asRead === sha256);
  };
}

function isSeeded({ publishedBy }: PublishedVersion): boolean {
  return publishedBy === STARTUP;
}

/** Loads a pack, and tries one that is `fresh`: throws where a rule matches everyday language, counts failing examples. */
async function loadTried(
  folder: string,
  name: string,
  fresh: (pack: Pack) => boolean,
): Promise<{ pack: Pack; failures: number }> {
  const pack = await loadNamed(folder, name);
  if (!fresh(pack)) return { pack, failures: 0 };
  const { broad, examples } = await tryPack(pack);
  refuseToPublish(pack, { broad, examples: [] });
  return { pack, failures: examples.length };
}

async function loadNamed(folder: string, name: string): Promise<Pack> {
  const pack = await loadPack(folder);
  if (pack.name === name) return pack;
  throw new VigilError(
    'bad-input',
    `${folder}/pack.yaml: the pack is named ${pack.name}, its folder ${name}: name them alike`,
  );
}
