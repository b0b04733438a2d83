/** What a route may ask for. `public` must be said as well: a route that declares nothing stops the start. */
export const PERMISSIONS = [
  'public',
  'session',
  'alerts.read',
  'alerts.review',
  'search.read',
  'volumes.read',
  'sources.read',
  'sources.write',
  'posts.import',
  'packs.read',
  'packs.publish',
  'banks.read',
  'banks.write',
  'channels.manage',
  'audit.read',
  'system.read',
  'system.manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];
