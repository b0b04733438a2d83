import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Clock, PERMISSIONS, VigilError } from '@vigil/contracts';
import { Database } from '@vigil/database';
import type { Identity } from './identity.js';

/** A sign-in link works once and for this long: enough to walk to a browser, short enough to be left in a scrollback. */
export const LINK_MINUTES = 15;

/** Machine tokens that are valid at once: more instances that people work on than an installation has. */
const MOST_MACHINE_TOKENS = 16;

/** The one administrator of a local installation; people and roles of their own come with a later issue. */
const LOCAL_ADMIN = { id: 'local-admin', name: 'Local administrator' };

export interface OpenSession {
  readonly identity: Identity;
  readonly csrfToken: string;
  readonly expiresAt: string;
}

interface SessionRow extends Record<string, unknown> {
  user_id: string;
  name: string;
  permissions: string[];
  csrf_token: string;
  expires_at: Date;
}

/** Sign-in links, sessions and machine tokens. Only SHA-256 of a secret is stored; the secret is 256 random bits, so no slow hash is needed. */
export class Sessions {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly sessionHours: number,
  ) {}

  /** Makes sure there is an administrator with every permission this program knows. */
  async ensureLocalAdministrator(): Promise<void> {
    await this.db.query(
      `INSERT INTO auth_user (id, name, permissions) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET permissions = excluded.permissions`,
      [LOCAL_ADMIN.id, LOCAL_ADMIN.name, PERMISSIONS],
    );
  }

  /** A new one-time token for the administrator. Also clears what has expired. */
  async newSignInToken(): Promise<string> {
    const token = secret();
    const now = this.clock.now();
    await this.db.query('DELETE FROM auth_sign_in_link WHERE expires_at < $1', [new Date(now - 86_400_000)]);
    await this.db.query('DELETE FROM auth_session WHERE expires_at < $1', [new Date(now)]);
    await this.db.query(
      'INSERT INTO auth_sign_in_link (token_hash, user_id, expires_at) VALUES ($1, $2, $3)',
      [digest(token), LOCAL_ADMIN.id, new Date(now + LINK_MINUTES * 60_000)],
    );
    return token;
  }

  /** Redeems a one-time token. Returns the session and the cookie's secret. Throws `unauthenticated`. */
  async signIn(token: string): Promise<{ session: OpenSession; cookie: string }> {
    const now = new Date(this.clock.now());
    const used = await this.db.query<{ user_id: string }>(
      `UPDATE auth_sign_in_link SET used_at = $2
       WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id`,
      [digest(token), now],
    );
    const [link] = used;
    if (!link) {
      throw new VigilError(
        'unauthenticated',
        `This sign-in link is not valid: it works once and for ${LINK_MINUTES} minutes. Get a new one with “npx vigil sign-in”, or restart the program.`,
      );
    }
    const cookie = secret();
    await this.db.query(
      'INSERT INTO auth_session (token_hash, user_id, csrf_token, expires_at) VALUES ($1, $2, $3, $4)',
      [digest(cookie), link.user_id, secret(), new Date(now.getTime() + this.sessionHours * 3_600_000)],
    );
    const session = await this.bySecret(cookie);
    if (!session) throw new VigilError('internal', 'The session just made is not there.');
    return { session, cookie };
  }

  /** The open session behind a cookie's secret, or null. */
  async bySecret(cookie: string): Promise<OpenSession | null> {
    const [row] = await this.db.query<SessionRow>(
      `SELECT s.user_id, u.name, u.permissions, s.csrf_token, s.expires_at
       FROM auth_session s JOIN auth_user u ON u.id = s.user_id WHERE s.token_hash = $1 AND s.expires_at > $2`,
      [digest(cookie), new Date(this.clock.now())],
    );
    if (!row) return null;
    return {
      identity: { id: row.user_id, name: row.name, permissions: row.permissions },
      csrfToken: row.csrf_token,
      expiresAt: row.expires_at.toISOString(),
    };
  }

  async signOut(cookie: string): Promise<void> {
    await this.db.query('DELETE FROM auth_session WHERE token_hash = $1', [digest(cookie)]);
  }

  /**
   * Makes `token` valid for scripts, as the local administrator, in place of the one of that name. Instances with
   * folders of their own have one each, of which the newest are kept: containers come and go under ever new names.
   */
  async allowMachineToken(name: string, token: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query('DELETE FROM auth_machine_token WHERE name = $1 AND token_hash <> $2', [
        name,
        digest(token),
      ]);
      // Instances that share a folder show the same one.
      await tx.query(
        `INSERT INTO auth_machine_token (token_hash, user_id, name, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (token_hash) DO UPDATE SET name = excluded.name, created_at = excluded.created_at`,
        [digest(token), LOCAL_ADMIN.id, name, new Date(this.clock.now())],
      );
      await tx.query(
        'DELETE FROM auth_machine_token WHERE token_hash IN (SELECT token_hash FROM auth_machine_token ORDER BY created_at DESC OFFSET $1)',
        [MOST_MACHINE_TOKENS],
      );
    });
  }

  async byMachineToken(token: string): Promise<Identity | null> {
    const [row] = await this.db.query<{ id: string; name: string; permissions: string[] }>(
      `SELECT u.id, u.name, u.permissions FROM auth_machine_token t JOIN auth_user u ON u.id = t.user_id WHERE t.token_hash = $1`,
      [digest(token)],
    );
    return row ? { id: row.id, name: row.name, permissions: row.permissions } : null;
  }
}

/** 256 random bits, safe in a URL and a header. */
export function secret(): string {
  return randomBytes(32).toString('base64url');
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Compares in constant time. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}
