import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, RequirePermission, type Identity } from '@vigil/auth';
import {
  Clock,
  Instant,
  parse,
  Source,
  SourceDraft,
  SourceId,
  SourcePatch,
  VigilError,
  type Justification,
} from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { Collector } from '../collector.js';
import { ImportResult, importStream } from './import-stream.js';
import { Sources } from './sources.js';

const ImportQuery = z.strictObject({ source: SourceId });
const Problems = z.object({
  total: z.number().int(),
  problems: z.array(z.object({ at: Instant, place: z.string(), message: z.string() })),
});

@ApiTags('sources')
@Controller('sources')
export class SourcesController {
  constructor(
    private readonly sources: Sources,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequirePermission('sources.read')
  @Documented({ summary: 'All sources with their justification and health', response: z.array(Source) })
  list(): Promise<Source[]> {
    return this.sources.list();
  }

  @Post()
  @RequirePermission('sources.write')
  @Documented({
    summary: 'Watch a source: needs a justification that has not ended',
    body: SourceDraft,
    response: Source,
    status: 201,
  })
  async create(@Body() body: unknown, @CurrentUser() user: Identity): Promise<Source> {
    const draft = parse(SourceDraft, body, 'source');
    this.assertNotEnded(draft.justification);
    const [source] = await this.sources.create([draft], user.id);
    if (source === undefined) throw new VigilError('internal', 'the source was not stored');
    return source;
  }

  @Get(':id')
  @RequirePermission('sources.read')
  @Documented({ summary: 'One source', response: Source })
  get(@Param('id') id: string): Promise<Source> {
    return this.sources.get(idOf(id));
  }

  @Patch(':id')
  @RequirePermission('sources.write')
  @Documented({
    summary: 'Change what is named: pause, extend the approval, relabel',
    body: SourcePatch,
    response: Source,
  })
  patch(@Param('id') id: string, @Body() body: unknown, @CurrentUser() user: Identity): Promise<Source> {
    const patch = parse(SourcePatch, body, 'change of a source');
    if (patch.justification !== undefined) this.assertNotEnded(patch.justification);
    return this.sources.patch(idOf(id), patch, user.id);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('sources.write')
  @Documented({
    summary: 'Watch it no longer; what was collected stays until its retention ends',
    status: 204,
  })
  async delete(@Param('id') id: string, @CurrentUser() user: Identity): Promise<void> {
    await this.sources.delete(idOf(id), user.id);
  }

  @Post(':id/poll')
  @HttpCode(202)
  @RequirePermission('sources.write')
  @Documented({ summary: 'Poll it now instead of when it is due', response: Source, status: 202 })
  async poll(@Param('id') id: string): Promise<Source> {
    const source = await this.sources.get(idOf(id));
    if (source.paused) throw new VigilError('conflict', `source ${source.id} is paused`);
    this.assertNotEnded(source.justification);
    await this.sources.makeDue(source.id);
    return this.sources.get(source.id);
  }

  @Get(':id/problems')
  @RequirePermission('sources.read')
  @Documented({
    summary: 'Lines and entries that could not be taken: the newest hundred, and how many in all',
    response: Problems,
  })
  problems(@Param('id') id: string): Promise<z.infer<typeof Problems>> {
    return this.sources.problems(idOf(id));
  }

  private assertNotEnded(justification: Justification): void {
    if (Date.parse(justification.until) <= this.clock.now()) {
      throw new VigilError(
        'source-expired',
        `the approval ended at ${justification.until}: a source is watched only while its approval holds`,
        {
          fields: [{ path: 'justification.until', message: 'an instant in the future' }],
        },
      );
    }
  }
}

@ApiTags('sources')
@Controller('import')
export class ImportController {
  constructor(
    private readonly sources: Sources,
    private readonly collector: Collector,
  ) {}

  @Post()
  @HttpCode(200)
  @RequirePermission('posts.import')
  @Documented({
    summary:
      'Import NDJSON, one post a line, of any length (content type application/x-ndjson); answers when all is durable',
    query: ImportQuery,
    response: ImportResult,
  })
  async import(@Query() query: unknown, @Body() body: unknown): Promise<ImportResult> {
    const { source: id } = parse(ImportQuery, query, 'import');
    if (!(body instanceof Readable)) {
      throw new VigilError(
        'bad-input',
        'import: the content type application/x-ndjson is needed, with one JSON object a line',
      );
    }
    // Not destroyed where reading ends early: the sender is to read why.
    const lines: AsyncIterable<Uint8Array> = body.iterator({ destroyOnReturn: false });
    try {
      return await importStream(() => this.sources.get(id), lines, this.collector.importParts());
    } catch (error) {
      if (!body.readableAborted) throw error;
      throw new VigilError('bad-input', 'import: the sender broke off; what had come until then is kept', {
        cause: error,
      });
    }
  }
}

/** An id that cannot be one is not found, rather than a fault of form. */
function idOf(id: string): string {
  const result = SourceId.safeParse(id);
  if (!result.success) throw new VigilError('not-found', `no source ${id.slice(0, 100)}`);
  return result.data;
}
