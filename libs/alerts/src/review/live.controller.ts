import type {} from '@fastify/cookie';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type AuthenticatedRequest, RequirePermission, SESSION_COOKIE, Sessions } from '@vigil/auth';
import { Documented } from '@vigil/openapi';
import type { FastifyReply } from 'fastify';
import { LiveStreams } from './live.js';

@ApiTags('live')
@Controller('events')
export class LiveController {
  constructor(
    private readonly streams: LiveStreams,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  @RequirePermission('session')
  @Documented({ summary: 'What changes, as server-sent events; ends with the session' })
  stream(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): void {
    this.streams.makeRoom();
    const cookie = request.session === undefined ? null : (request.cookies[SESSION_COOKIE] ?? null);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...headersOf(reply),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would otherwise hold events back.
      'x-accel-buffering': 'no',
    });
    const remove = this.streams.add(
      {
        write: (text) => void raw.write(text),
        get waiting() {
          return raw.writableLength;
        },
        end: () => void raw.destroy(),
      },
      {
        endsAt: request.session === undefined ? Infinity : Date.parse(request.session.expiresAt),
        stillAllowed: async () => cookie === null || (await this.sessions.bySecret(cookie)) !== null,
      },
    );
    raw.on('close', remove);
    raw.on('error', remove);
  }
}

function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}
