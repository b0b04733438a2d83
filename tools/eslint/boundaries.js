// The folder boundaries of docs/architecture.md as a lint rule; each message says why and what to do instead.
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');
const manifests = new Map();

function manifestFor(file) {
  let dir = path.dirname(file);
  while (dir.startsWith(root)) {
    if (manifests.has(dir)) return manifests.get(dir);
    const found = path.join(dir, 'package.json');
    if (existsSync(found)) {
      const manifest = { dir, folder: path.relative(root, dir), ...JSON.parse(readFileSync(found, 'utf8')) };
      manifests.set(dir, manifest);
      return manifest;
    }
    dir = path.dirname(dir);
  }
  return null;
}

/** Where each workspace package lives, by its name. */
const folders = new Map();
for (const reference of JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8')).references) {
  const folder = path.normalize(reference.path);
  folders.set(JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')).name, folder);
}

/** Vendor packages that stand behind a port or a subject: only there, so that an engine can be replaced in one place. */
const VENDORS = {
  pg: ['libs/shared/database', 'libs/shared/testing', 'tools'],
  'pg-copy-streams': ['libs/shared/database'],
  bullmq: ['libs/shared/jobs', 'libs/collector/src/schedule', 'libs/alerts/src'],
  undici: ['libs/shared/fetching', 'apps/cli'],
  'ipaddr.js': ['libs/shared/fetching'],
  feedsmith: ['libs/collector/src/connectors/rss'],
  'fast-xml-parser': ['libs/collector/src/connectors/rss'],
  nodemailer: ['libs/alerts/src/notify'],
  standardwebhooks: ['libs/alerts/src/notify'],
  sharp: ['libs/shared/media/src/pictures'],
  pino: ['libs/shared/telemetry'],
  re2js: ['libs/classifier/src/rules'],
  eld: ['libs/classifier/src/languages'],
  franc: ['libs/classifier/src/languages'],
  '@noble/hashes': ['libs/classifier/src/entities'],
  '@scure/base': ['libs/classifier/src/entities'],
  kafkajs: ['libs/shared/bus/src/kafka'],
  ioredis: ['libs/shared/jobs'],
  '@elastic/elasticsearch': ['libs/shared/hit-index/src/elasticsearch'],
  '@aws-sdk/client-s3': ['libs/shared/evidence/src/s3'],
};

/** Packages that compute and nothing else: the classifier, the page and the command line all stand on them. */
const PURE = new Set(['libs/shared/text', 'libs/shared/image']);

function layerOf(folder) {
  if (folder.startsWith('apps')) return 'apps';
  if (folder.startsWith('tools')) return 'tools';
  return folder.startsWith('libs/shared') ? 'shared' : 'libs';
}

function isTest(file) {
  return /\.(spec|contract|fixture)\.tsx?$/.test(file) || file.includes(`${path.sep}testing${path.sep}`);
}

function packageOf(specifier) {
  const [first, second] = specifier.split('/');
  return specifier.startsWith('@') ? `${first}/${second}` : first;
}

function objection(file, specifier) {
  const from = manifestFor(file);
  if (!from) return null;
  if (specifier.startsWith('.')) {
    const target = path.resolve(path.dirname(file), specifier);
    return target.startsWith(from.dir + path.sep)
      ? null
      : `${specifier} leaves the package. Import the other package by its name, and declare it.`;
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return PURE.has(from.folder) && !isTest(file)
      ? `${from.folder} is pure: no I/O, so that it runs anywhere. Pass in what you need.`
      : null;
  }
  const name = packageOf(specifier);
  const declared = {
    ...from.dependencies,
    ...from.optionalDependencies,
    ...(isTest(file) ||
    layerOf(from.folder) === 'tools' ||
    from.folder === 'apps/console' ||
    from.folder === 'apps/e2e'
      ? from.devDependencies
      : {}),
  };
  if (
    name !== from.name &&
    !(name in declared) &&
    !(isTest(file) && ['@jest/globals', 'fast-check'].includes(name))
  ) {
    return `${name} is not a dependency of ${from.name}. Declare it in ${from.folder}/package.json${isTest(file) ? '' : ' (under dependencies: this is not a test)'}.`;
  }
  const vendorHome = VENDORS[name];
  const place = path.relative(root, file);
  if (vendorHome && !isTest(file) && !vendorHome.some((home) => place.startsWith(home + path.sep))) {
    return `${name} stays inside ${vendorHome.join(' and ')}, so that it can be replaced there. Use that package’s own exports.`;
  }
  const target = folders.get(name);
  if (target === undefined) return null;
  const [fromLayer, toLayer] = [layerOf(from.folder), layerOf(target)];
  if (toLayer === 'apps' && fromLayer !== 'apps')
    return `Nothing imports an app. Move what is shared into a library.`;
  if (toLayer === 'apps' && from.folder !== target)
    return `Apps do not import each other. Move what is shared into a library.`;
  if (fromLayer === 'shared' && toLayer === 'libs')
    return `libs/shared knows no service: ${name} is above it. Turn the dependency round, or share a contract.`;
  if (fromLayer === 'libs' && toLayer === 'libs' && from.folder !== target) {
    return `collector, classifier and alerts never import each other: they share @vigil/contracts alone, so that each can run by itself.`;
  }
  return null;
}

export default {
  rules: {
    boundaries: {
      meta: { type: 'problem', schema: [], messages: { boundary: '{{ reason }}' } },
      create(context) {
        const check = (node) => {
          if (typeof node?.source?.value !== 'string') return;
          const reason = objection(context.filename, node.source.value);
          if (reason) context.report({ node, messageId: 'boundary', data: { reason } });
        };
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
          ImportExpression: check,
        };
      },
    },
  },
};
