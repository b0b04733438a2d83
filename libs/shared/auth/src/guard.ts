import type {} from '@fastify/cookie';
import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Permission, VigilError } from '@vigil/contracts';
import type { FastifyRequest } from 'fastify';
import type { Identity } from './identity.js';
import { PERMISSION } from './permission.js';
import { sameSecret, Sessions, type OpenSession } from './sessions.js';

export const SESSION_COOKIE = 'vigil_session';
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the guard leaves on a request. */
export interface AuthenticatedRequest extends FastifyRequest {
  identity?: Identity;
  session?: OpenSession;
}

/**
 * Lets a request through when its route's declared permission is held: by a session (cookie; changing requests
 * need its x-csrf-token as well) or by a machine token (`Authorization: Bearer`, which no browser sends by itself).
 */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (permission === undefined) throw new VigilError('forbidden', 'This route declares no permission.');
    if (permission === 'public') return true;

    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const identity = (await this.byBearer(request)) ?? (await this.bySession(request));
    if (!identity)
      throw new VigilError('unauthenticated', 'Sign in first: open the link that the program printed.');
    if (permission !== 'session' && !identity.permissions.includes(permission)) {
      throw new VigilError(
        'forbidden',
        `This needs the permission ${permission}, which ${identity.name} does not have.`,
      );
    }
    request.identity = identity;
    return true;
  }

  private async byBearer(request: AuthenticatedRequest): Promise<Identity | null> {
    const given = /^Bearer ([\w-]{20,200})$/.exec(request.headers.authorization ?? '')?.[1];
    return given ? this.sessions.byMachineToken(given) : null;
  }

  private async bySession(request: AuthenticatedRequest): Promise<Identity | null> {
    const cookie = request.cookies[SESSION_COOKIE];
    const session = cookie ? await this.sessions.bySecret(cookie) : null;
    if (!session) return null;
    if (!SAFE.has(request.method)) {
      const sent = request.headers['x-csrf-token'];
      if (typeof sent !== 'string' || !sameSecret(sent, session.csrfToken)) {
        throw new VigilError(
          'forbidden',
          'The x-csrf-token header is missing or not this session’s. Reload the page and try again.',
        );
      }
    }
    request.session = session;
    return session.identity;
  }
}
