import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog, CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { DemoState } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { Demo } from './demo.service.js';

@ApiTags('demo')
@Controller('demo')
export class DemoController {
  constructor(
    private readonly demo: Demo,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @RequirePermission('system.read')
  @Documented({ summary: 'How much of the demo there is', response: DemoState })
  state(): Promise<DemoState> {
    return this.demo.state();
  }

  @Delete()
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({
    summary: 'Remove the demo for good: its sources, counts, hits and alerts',
    response: DemoState,
  })
  async remove(@CurrentUser() user: Identity): Promise<DemoState> {
    await this.demo.remove();
    await this.audit.record({ actor: user.id, action: 'demo.remove', subject: 'demo' });
    return this.demo.state();
  }
}
