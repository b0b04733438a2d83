import { z } from 'zod';

/** A source's id: chosen by the operator, stable, used in URLs and labels. */
export const SourceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, 1 to 63 characters')
  .brand<'SourceId'>();
export type SourceId = z.infer<typeof SourceId>;

/** `platform:native-id`. Two collections of the same post have the same id. */
export const PostId = z
  .string()
  .max(512, 'at most 512 characters')
  .regex(/^[a-z0-9-]{1,32}:.+$/s, 'platform:native-id, for example rss:https://example.org/1')
  .brand<'PostId'>();
export type PostId = z.infer<typeof PostId>;

/** A rule's id within its pack, for example `isis-messaging/baqiya`. */
export const RuleId = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'pack/rule in lower-case letters, digits and dashes')
  .brand<'RuleId'>();
export type RuleId = z.infer<typeof RuleId>;

/** An instant: UTC, ISO 8601 with a Z, as everywhere on the wire. */
export const Instant = z.iso.datetime({ message: 'an instant such as 2026-11-21T09:30:00Z (UTC)' });
export type Instant = z.infer<typeof Instant>;

/** Where something is fetched from or sent to. Addresses are shown and logged, so they hold no password. */
export const WebAddress = z
  .url({ protocol: /^https?$/, message: 'an http or https address' })
  .refine((address) => {
    const url = URL.parse(address);
    return url === null || (url.username === '' && url.password === '');
  }, 'an address without a user name or password in it');

/** `true` or `false`, as an address or a program says it. */
export const Flag = z.union([z.stringbool(), z.boolean()], 'true or false');

/** BCP 47 primary language subtag, or `und` where nobody knows. */
export const Language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as ar, fr or ur-Latn');
