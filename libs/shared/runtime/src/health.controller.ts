import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@vigil/auth';
import { Telemetry } from '@vigil/telemetry';
import type { FastifyReply } from 'fastify';

/** What a process supervisor and a scraper ask for. None of it tells about posts or people. */
@ApiTags('health')
@Controller()
@RequirePermission('public')
export class HealthController {
  constructor(private readonly telemetry: Telemetry) {}

  @Get('healthz')
  @ApiOperation({ summary: 'Whether the process is alive' })
  alive(): { status: string } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Whether everything it needs works; 503 names what does not' })
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: string; checks: unknown[] }> {
    const checks = await this.telemetry.checks();
    const well = checks.every((check) => check.problem === null);
    if (!well) void reply.status(503);
    return { status: well ? 'ok' : 'not ready', checks };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Prometheus metrics' })
  metrics(): Promise<string> {
    return this.telemetry.metrics.metrics();
  }
}
