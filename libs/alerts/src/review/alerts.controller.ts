import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import {
  Alert,
  AlertCurve,
  AlertPage,
  AlertQuery,
  ClaimRequest,
  Clock,
  DecideRequest,
  HitPage,
  HitQuery,
  Instant,
  MAX_PAGE,
  parse,
} from '@vigil/contracts';
import { Database } from '@vigil/database';
import { HitIndex } from '@vigil/hit-index';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { QUIET_MS } from '../spikes/episodes.js';
import { readAlert, readAlerts } from './alert-records.js';
import { curveOf } from './curve.js';
import { readCursor, writeCursor } from './cursor.js';
import { Reviews } from './reviews.js';

const HitsQuery = z.strictObject({
  size: z.coerce.number().int().min(1).max(MAX_PAGE).default(25),
  order: z.enum(['newest', 'oldest']).default('newest'),
  /** It holds a search's cursor, of up to 4,300 characters, written once more in base64. */
  cursor: z.string().max(6_000).optional(),
});

/** The stretch of time that the first page fixed, and where the search for its hits stands. */
const HitsPosition = z.tuple([Instant, Instant, z.string()]);

/** Alerts and what reviewers do with them. */
@ApiTags('alerts')
@Controller()
export class AlertsController {
  constructor(
    private readonly db: Database,
    private readonly index: HitIndex,
    private readonly clock: Clock,
    private readonly reviews: Reviews,
  ) {}

  @Get('alerts')
  @RequirePermission('alerts.read')
  @Documented({ summary: 'Alerts, a page at a time', query: AlertQuery, response: AlertPage })
  list(@Query() query: unknown): Promise<AlertPage> {
    return readAlerts(this.db, parse(AlertQuery, query, 'alerts'), this.clock.now());
  }

  @Get('alerts/:id')
  @RequirePermission('alerts.read')
  @Documented({ summary: 'One alert', response: Alert })
  one(@Param('id') id: string): Promise<Alert> {
    return readAlert(this.db, id, this.clock.now());
  }

  @Get('alerts/:id/curve')
  @RequirePermission('alerts.read')
  @Documented({ summary: 'An alert’s counts and the band of what is usual', response: AlertCurve })
  async curve(@Param('id') id: string): Promise<AlertCurve> {
    const now = this.clock.now();
    return curveOf(this.db, await readAlert(this.db, id, now), now);
  }

  /** Its hits by event time. The first page fixes the stretch of time, so that a rise that goes on moves no page. */
  @Get('alerts/:id/hits')
  @RequirePermission('alerts.read')
  @Documented({ summary: 'An alert’s hits, a page at a time', query: HitsQuery, response: HitPage })
  async hits(@Param('id') id: string, @Query() raw: unknown): Promise<HitPage> {
    const asked = parse(HitsQuery, raw, 'hits of an alert');
    const alert = await readAlert(this.db, id, this.clock.now());
    const about = `hits ${alert.id} ${asked.order}`;
    const [from, to, cursor] =
      asked.cursor === undefined
        ? [alert.startedAt, new Date(Date.parse(alert.lastHitAt) + QUIET_MS).toISOString(), undefined]
        : readCursor(asked.cursor, about, HitsPosition);
    const page = await this.index.search(
      parse(
        HitQuery,
        {
          rules: [alert.key.value],
          states: ['current', 'superseded', 'deleted', 'withdrawn'],
          demo: alert.demo,
          from,
          to,
          order: asked.order,
          size: asked.size,
          cursor,
        },
        'hits of an alert',
      ),
    );
    return {
      ...page,
      next: page.next === null ? null : writeCursor(about, [from, to, page.next]),
    };
  }

  @Post('alerts/:id/claim')
  @HttpCode(200)
  @RequirePermission('alerts.review')
  @Documented({ summary: 'Take an alert, or hold it longer', body: ClaimRequest, response: Alert })
  claim(@Param('id') id: string, @Body() body: unknown, @CurrentUser() user: Identity): Promise<Alert> {
    return this.reviews.claim(id, parse(ClaimRequest, body, 'claim').version, user);
  }

  @Post('alerts/:id/release')
  @HttpCode(200)
  @RequirePermission('alerts.review')
  @Documented({ summary: 'Give an alert back', body: ClaimRequest, response: Alert })
  release(@Param('id') id: string, @Body() body: unknown, @CurrentUser() user: Identity): Promise<Alert> {
    return this.reviews.release(id, parse(ClaimRequest, body, 'release').version, user);
  }

  @Post('alerts/:id/decision')
  @HttpCode(200)
  @RequirePermission('alerts.review')
  @Documented({ summary: 'Decide an alert', body: DecideRequest, response: Alert })
  decide(@Param('id') id: string, @Body() body: unknown, @CurrentUser() user: Identity): Promise<Alert> {
    return this.reviews.decide(id, parse(DecideRequest, body, 'decision'), user);
  }

  @Post('decisions/:id/undo')
  @HttpCode(200)
  @RequirePermission('alerts.review')
  @Documented({ summary: 'Take a decision back while its time lasts', response: Alert })
  undo(@Param('id') id: string, @CurrentUser() user: Identity): Promise<Alert> {
    return this.reviews.undo(id, user);
  }
}
