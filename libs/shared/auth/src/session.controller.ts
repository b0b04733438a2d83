import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { parse, Session, SignIn } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AuditLog } from './audit.js';
import { type AuthenticatedRequest, SESSION_COOKIE } from './guard.js';
import { CurrentUser, type Identity } from './identity.js';
import { RequirePermission } from './permission.js';
import { LINK_MINUTES, Sessions, type OpenSession } from './sessions.js';

/** Token: whether the console is reached over TLS, so that the cookie may be marked Secure. */
export const SECURE_COOKIE = Symbol('vigil secure cookie');

const NewLink = z.object({ token: z.string(), minutes: z.number().int() });

@Controller('session')
export class SessionController {
  constructor(
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
    @Inject(SECURE_COOKIE) private readonly secureCookie: boolean,
  ) {}

  /** Redeems a one-time sign-in token for a session cookie. */
  @Post()
  @HttpCode(200)
  @RequirePermission('public')
  @Documented({
    summary: 'Redeem a one-time sign-in link for a session cookie',
    body: SignIn,
    response: Session,
  })
  async signIn(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Session> {
    const { token } = parse(SignIn, body, 'sign-in');
    const { session, cookie } = await this.sessions.signIn(token);
    await this.audit.record({
      actor: session.identity.id,
      action: 'session.sign-in',
      subject: session.identity.id,
    });
    void reply.setCookie(SESSION_COOKIE, cookie, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.secureCookie,
      expires: new Date(session.expiresAt),
    });
    return view(session);
  }

  @Get()
  @RequirePermission('session')
  @Documented({ summary: 'Who is signed in, and the token that changing requests need', response: Session })
  current(@Req() request: AuthenticatedRequest, @CurrentUser() user: Identity): Session {
    return request.session
      ? view(request.session)
      : {
          user: { id: user.id, name: user.name },
          permissions: [...user.permissions],
          csrfToken: '',
          expiresAt: new Date(8.64e15).toISOString(),
        };
  }

  @Delete()
  @HttpCode(204)
  @RequirePermission('session')
  @Documented({ summary: 'End the session', status: 204 })
  async signOut(
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie) await this.sessions.signOut(cookie);
    void reply.clearCookie(SESSION_COOKIE, { path: '/' });
  }

  /** A new one-time token, for `vigil sign-in`. */
  @Post('links')
  @RequirePermission('system.manage')
  @Documented({ summary: 'A new one-time sign-in link', response: NewLink, status: 201 })
  async newLink(@CurrentUser() user: Identity): Promise<z.infer<typeof NewLink>> {
    await this.audit.record({ actor: user.id, action: 'session.new-link', subject: user.id });
    return { token: await this.sessions.newSignInToken(), minutes: LINK_MINUTES };
  }
}

function view(session: OpenSession): Session {
  const { id, name, permissions } = session.identity;
  return {
    user: { id, name },
    permissions: [...permissions],
    csrfToken: session.csrfToken,
    expiresAt: session.expiresAt,
  };
}
