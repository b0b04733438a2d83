import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog, CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { Clock, HitIndexState, IndexRebuild, parse, RebuildRequest } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { Documented } from '@vigil/openapi';
import { Telemetry } from '@vigil/telemetry';
import { z } from 'zod';
import { LEFT_BEHIND_MS, HitProjector } from './hit-projector.js';
import { outboxState } from './hit-records.js';
import { IndexRebuilder } from './index-rebuild.js';
import { countSetAside, readSetAside, replaySetAside } from './set-aside.js';

const Replayed = z.object({ replayed: z.number().int() });

/** The hit index: what it lacks, what it refused, and filling it again. */
@ApiTags('system')
@Controller('system')
export class HitIndexController {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly projector: HitProjector,
    private readonly rebuilder: IndexRebuilder,
    private readonly audit: AuditLog,
    private readonly telemetry: Telemetry,
  ) {}

  @Get('hit-index')
  @RequirePermission('system.read')
  @Documented({ summary: 'What the hit index lacks, refused, and is filled with', response: HitIndexState })
  async state(): Promise<HitIndexState> {
    const [outbox, count, newest, rebuild] = await Promise.all([
      outboxState(this.db),
      countSetAside(this.db),
      readSetAside(this.db),
      this.rebuilder.state(),
    ]);
    return { ...outbox, setAside: { count, newest }, rebuild };
  }

  /** Goes on by itself, also after a restart; `GET` tells how far it is. */
  @Post('reindex')
  @HttpCode(202)
  @RequirePermission('system.manage')
  @Documented({
    summary: 'Fill the hit index again from the system of record, all or a stretch of event time',
    body: RebuildRequest,
    response: IndexRebuild,
    status: 202,
  })
  async reindex(@Body() body: unknown, @CurrentUser() user: Identity): Promise<IndexRebuild> {
    const asked = await this.rebuilder.ask(parse(RebuildRequest, body ?? {}, 'reindex'), user.id);
    this.#inBackground(this.rebuilder.work());
    return asked;
  }

  @Delete('reindex')
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Stop the rebuild that is under way', response: IndexRebuild.nullable() })
  cancel(@CurrentUser() user: Identity): Promise<IndexRebuild | null> {
    return this.rebuilder.cancel(user.id);
  }

  @Post('hit-index/replay')
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Put the hits that the index refused into it again', response: Replayed })
  async replay(@CurrentUser() user: Identity): Promise<z.infer<typeof Replayed>> {
    const since = new Date(this.clock.now() - LEFT_BEHIND_MS);
    const replayed = await this.db.transaction(async (tx) => {
      const count = await replaySetAside(tx, since);
      await this.audit.record(
        { actor: user.id, action: 'index.replay', subject: 'hit-index', detail: { count } },
        tx,
      );
      return count;
    });
    this.#inBackground(this.projector.resume());
    return { replayed };
  }

  /** What fails here is tried again by the line's own round. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.telemetry.log.warn({ err: error }, 'the hit index takes nothing now; trying again soon'),
    );
  }
}
