import { hash } from 'node:crypto';

/**
 * The key of a post in our tables: the first 16 bytes of SHA-256 of its id, in hex, which PostgreSQL takes as a uuid.
 * Fixed in size whatever the id holds, and 2^64 posts away from a likely collision.
 */
export function postKey(postId: string): string {
  return hash('sha256', postId, 'hex').slice(0, 32);
}

/** A key as PostgreSQL prints it back: with dashes. */
export function plainKey(uuid: string): string {
  return uuid.replaceAll('-', '');
}
