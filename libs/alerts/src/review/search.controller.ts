import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@vigil/auth';
import {
  Clock,
  Histogram,
  HistogramSpec,
  Hit,
  HitPage,
  HitQuery,
  parse,
  VigilError,
  VolumeQuery,
  Volumes,
} from '@vigil/contracts';
import { Database } from '@vigil/database';
import { HitIndex } from '@vigil/hit-index';
import { Documented } from '@vigil/openapi';
import { hitOfPost } from '../indexing/hit-records.js';
import { volumesOf } from './volumes.js';

const HistogramQuery = HitQuery.extend(HistogramSpec.shape);

/** Hits and volumes. */
@ApiTags('search')
@Controller()
export class SearchController {
  constructor(
    private readonly db: Database,
    private readonly index: HitIndex,
    private readonly clock: Clock,
  ) {}

  @Get('search')
  @RequirePermission('search.read')
  @Documented({ summary: 'Hits by words, phrases and filters', query: HitQuery, response: HitPage })
  search(@Query() query: unknown): Promise<HitPage> {
    return this.index.search(parse(HitQuery, query, 'search'));
  }

  @Get('search/histogram')
  @RequirePermission('search.read')
  @Documented({ summary: 'Hits over time', query: HistogramQuery, response: Histogram })
  histogram(@Query() query: unknown): Promise<Histogram> {
    const { everySeconds, ...asked } = parse(HistogramQuery, query, 'histogram');
    return this.index.histogram(asked, { everySeconds });
  }

  @Get('hits/:id')
  @RequirePermission('search.read')
  @Documented({ summary: 'The hit of a post, by the post’s id', response: Hit })
  async hit(@Param('id') id: string): Promise<Hit> {
    const hit = await hitOfPost(this.db, id);
    if (hit === null)
      throw new VigilError('not-found', 'No hit has this id: the post matched no rule, or it was erased.');
    return hit;
  }

  @Get('volumes')
  @RequirePermission('volumes.read')
  @Documented({ summary: 'Posts and hits over time', query: VolumeQuery, response: Volumes })
  volumes(@Query() query: unknown): Promise<Volumes> {
    return volumesOf(this.db, parse(VolumeQuery, query, 'volumes'), this.clock.now());
  }
}
