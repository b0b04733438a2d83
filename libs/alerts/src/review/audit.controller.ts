import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog, RequirePermission } from '@vigil/auth';
import { AuditEntry, Flag, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';

const AuditQuery = z.strictObject({
  size: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'the `next` of the page before')
    .optional(),
  /** Also walk the whole chain and say where it does not hold. */
  verify: Flag.optional(),
});

const AuditPage = z.object({
  entries: z.array(AuditEntry),
  next: z.string().nullable(),
  /** Only where asked to verify: the first entry at which the chain does not hold, null where it is whole. */
  brokenAt: z.number().int().nullable().optional(),
});
type AuditPage = z.infer<typeof AuditPage>;

@ApiTags('audit')
@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @RequirePermission('audit.read')
  @Documented({ summary: 'What was done and by whom, newest first', query: AuditQuery, response: AuditPage })
  async page(@Query() query: unknown): Promise<AuditPage> {
    const { size, cursor, verify } = parse(AuditQuery, query, 'audit');
    const entries = await this.audit.page(size + 1, cursor === undefined ? undefined : Number(cursor));
    const shown = entries.slice(0, size);
    const last = shown.at(-1);
    const page = { entries: shown, next: entries.length > size && last ? String(last.seq) : null };
    return verify === true ? { ...page, brokenAt: await this.audit.firstBroken() } : page;
  }
}
