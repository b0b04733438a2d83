/**
 * Lets plain Node run this workspace's TypeScript from source: where `./x.js` is asked for by a .ts file, `./x.ts` is meant.
 * Used with --experimental-transform-types and --conditions=@vigil/source.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const fromSource =
      context.parentURL?.endsWith('.ts') && specifier.startsWith('.') && specifier.endsWith('.js');
    return next(fromSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
