import type { Entity } from '@vigil/contracts';
import { coinOf } from './wallets.js';

/** Entities told of one post: what is beyond changes nothing for a reviewer. */
export const MAX_ENTITIES = 50;
/** Candidates whose checksum is computed in one post: bounds what a text full of them costs. */
const MAX_CANDIDATES = 500;

/** E.164: at most 15 digits, the first of them of a country; shorter ones are no international number. */
const PHONE_DIGITS = { least: 8, most: 15 };

interface Finder {
  readonly pattern: RegExp;
  /** The entity without its place, or null where the candidate is none. */
  read(candidate: RegExpExecArray): Omit<Entity, 'span'> | null;
}

const contact = (type: Entity['type'], value: string): Omit<Entity, 'span'> => ({
  kind: 'contact',
  type,
  value,
});

/** Each is linear: no repetition stands beside another that takes the same characters. */
const FINDERS: readonly Finder[] = [
  {
    pattern:
      /(?<![\p{L}\p{N}])(?:0x[0-9a-f]{40}|(?:bc|ltc)1[02-9ac-hj-np-z]{11,87}|[1-9a-km-z]{25,106})(?![\p{L}\p{N}])/giu,
    read: ([address]) => {
      const coin = coinOf(address);
      return coin && { kind: 'financing', type: coin, value: address };
    },
  },
  {
    pattern:
      /(?<![\p{L}\p{N}.+-])[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?![\p{L}\p{N}])/giu,
    read: ([address]) => contact('mail', address.toLowerCase()),
  },
  {
    pattern: /(?<![\p{L}\p{N}+/])\+[1-9](?:[ ().-]{0,2}[0-9]){7,16}(?![\p{L}\p{N}])/gu,
    read: ([number]) => {
      const digits = number.replace(/\D/g, '');
      const fits = digits.length >= PHONE_DIGITS.least && digits.length <= PHONE_DIGITS.most;
      return fits ? contact('phone', `+${digits}`) : null;
    },
  },
  {
    pattern:
      /(?<![\p{L}\p{N}.-])(?:t\.me|telegram\.me)\/(?:s\/)?(\+[\w-]{10,40}|joinchat\/[\w-]{10,40}|[a-z]\w{3,31})/giu,
    read: ([, name = '']) =>
      contact('telegram', name.startsWith('+') || name.includes('/') ? name : name.toLowerCase()),
  },
  {
    pattern: /(?<![\p{L}\p{N}.-])(?:wa\.me\/([0-9]{8,15})|chat\.whatsapp\.com\/([a-z0-9]{15,30}))/giu,
    read: ([, number, group]) => contact('whatsapp', number ? `+${number}` : (group ?? '')),
  },
  {
    pattern: /(?<![\p{L}\p{N}.-])signal\.(?:me|group)\/#[\w/=+-]{10,200}/giu,
    read: ([link]) => contact('signal', link),
  },
  {
    pattern:
      /(?<![\p{L}\p{N}])@[a-z0-9._=/+-]{1,64}:[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?![\p{L}\p{N}])/giu,
    read: ([id]) => contact('matrix', id.toLowerCase()),
  },
  {
    pattern: /(?<![\p{L}\p{N}.-])threema\.id\/([a-z0-9*]{8})(?![\p{L}\p{N}])/giu,
    read: ([, id = '']) => contact('threema', id.toUpperCase()),
  },
  {
    pattern: /(?<![\p{L}\p{N}])05[0-9a-f]{64}(?![\p{L}\p{N}])/giu,
    read: ([id]) => contact('session', id.toLowerCase()),
  },
];

/**
 * Ways of payment and contact in a text as published, in its order, each value once: cryptocurrency addresses whose
 * checksum holds, mail, phone numbers with their country's code (E.164), and handles of messengers. Linear in the text.
 */
export function entitiesIn(text: string): Entity[] {
  const found = new Map<string, Entity>();
  for (const { pattern, read } of FINDERS) {
    let candidates = 0;
    for (const candidate of text.matchAll(pattern)) {
      if (++candidates > MAX_CANDIDATES) break;
      const entity = read(candidate);
      if (!entity) continue;
      const key = `${entity.type} ${entity.value}`;
      const span = { start: candidate.index, end: candidate.index + candidate[0].length };
      if (!found.has(key)) found.set(key, { ...entity, span });
    }
  }
  return [...found.values()].sort((a, b) => a.span.start - b.span.start).slice(0, MAX_ENTITIES);
}
