import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog, CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { type DeadLetter, DeadLetters, MessageBus } from '@vigil/bus';
import {
  Clock,
  parse,
  POSTS,
  type SystemState,
  SystemState as SystemStateSchema,
  type Topic,
  VERDICTS,
  VigilError,
} from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { Telemetry } from '@vigil/telemetry';
import { z } from 'zod';
import { VERSION } from './version.js';

/** Who reads which topic: what lag and dead letters are told for. */
const FLOWS = [
  { topic: POSTS, group: 'classifier' },
  { topic: VERDICTS, group: 'alerts' },
] as const;

const DeadLetterQuery = z.strictObject({
  topic: z.enum(['posts', 'verdicts']),
  group: z.enum(['classifier', 'alerts']),
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  size: z.coerce.number().int().min(1).max(200).default(50),
});

const DeadLetterChoice = z.strictObject({
  topic: z.enum(['posts', 'verdicts']),
  group: z.enum(['classifier', 'alerts']),
  ids: z
    .array(z.string().regex(/^\d{1,18}$/, 'a dead letter’s id'))
    .min(1)
    .max(1_000),
});

/** What operations look at: checks in words, lag, and what was set aside. */
@ApiTags('system')
@Controller()
export class SystemController {
  private readonly startedAt: string;

  constructor(
    private readonly telemetry: Telemetry,
    private readonly bus: MessageBus,
    private readonly deadLetters: DeadLetters,
    private readonly audit: AuditLog,
    clock: Clock,
  ) {
    this.startedAt = clock.instant();
  }

  @Get('system')
  @RequirePermission('system.read')
  @Documented({ summary: 'Checks, lag and dead letters', response: SystemStateSchema })
  async state(): Promise<SystemState> {
    const [checks, lags, deadLetters] = await Promise.all([
      this.telemetry.checks(),
      Promise.all(
        FLOWS.map(async ({ topic, group }) => ({
          topic,
          group,
          // An engine that is away is told by its check: the page must come up then above all.
          lag: await this.bus.lag(topic as Topic<unknown>, group).catch(() => []),
        })),
      ),
      this.deadLetters.counts().catch(() => []),
    ]);
    return {
      version: VERSION,
      startedAt: this.startedAt,
      checks: checks.map(({ name, problem, since }) => ({
        name,
        state: problem === null ? 'ok' : 'down',
        message: problem ?? '',
        since,
      })),
      lag: lags.flatMap(({ topic, group, lag }) => lag.map((one) => ({ topic: topic.name, group, ...one }))),
      deadLetters,
    };
  }

  @Get('dead-letters')
  @RequirePermission('system.read')
  @Documented({ summary: 'Messages set aside, newest first', query: DeadLetterQuery })
  list(@Query() query: unknown): Promise<DeadLetter[]> {
    const { topic, group, size, before } = parse(DeadLetterQuery, query, 'dead letters');
    return this.deadLetters.list(topic, group, { size, before });
  }

  @Post('dead-letters/replay')
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Publish messages set aside again', body: DeadLetterChoice })
  async replay(@Body() body: unknown, @CurrentUser() user: Identity): Promise<{ replayed: number }> {
    const choice = parse(DeadLetterChoice, body, 'replay');
    const flow = FLOWS.find(({ topic, group }) => topic.name === choice.topic && group === choice.group);
    if (!flow)
      throw new VigilError(
        'bad-input',
        `Nobody reads ${choice.topic} as ${choice.group}: posts go to classifier, verdicts to alerts.`,
      );
    const replayed = await this.deadLetters.replay(flow.topic as Topic<unknown>, choice.group, choice.ids);
    await this.record(user, 'dead-letter.replay', choice, replayed);
    return { replayed };
  }

  @Post('dead-letters/discard')
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Remove messages set aside for good', body: DeadLetterChoice })
  async discard(@Body() body: unknown, @CurrentUser() user: Identity): Promise<{ discarded: number }> {
    const choice = parse(DeadLetterChoice, body, 'discard');
    const discarded = await this.deadLetters.discard(choice.topic, choice.group, choice.ids);
    await this.record(user, 'dead-letter.discard', choice, discarded);
    return { discarded };
  }

  private record(
    user: Identity,
    action: string,
    choice: z.infer<typeof DeadLetterChoice>,
    count: number,
  ): Promise<void> {
    return this.audit.record({
      actor: user.id,
      action,
      subject: `${choice.topic}/${choice.group}`,
      detail: { count },
    });
  }
}
