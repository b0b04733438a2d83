import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@vigil/auth';
import { BenchResult, BenchText, VigilError, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { readStepByStep } from '@vigil/text';
import { z } from 'zod';
import { draftRuleset } from '../backtest/comparison.js';
import { LiveRuleset } from '../publishing/live-ruleset.js';
import { PackDocument, packFrom } from '../publishing/pack-document.js';
import { PackStore } from '../publishing/pack-store.js';
import type { Ruleset } from '../rules/ruleset.js';
import { inspect } from '../verdicts/classify.js';
import { nearMissesOf } from '../verdicts/publish.js';

/** Of a longer text the steps are shown of its beginning: each is a copy of it. */
const MOST_STEPPED = 20_000;
/** Characters of a draft on the bench, compiled while somebody waits. A larger one is for a backtest. */
const MOST_DRAFT = 1024 ** 2;

const Trial = BenchText.extend({ draft: z.unknown().optional() });

/** A text judged before somebody's eyes. Nothing of it is stored. */
@ApiTags('packs')
@Controller('classify')
export class BenchController {
  /** The last draft, compiled: who types a text asks for the same one again and again. */
  private last: { readonly key: string; readonly name: string; readonly ruleset: Ruleset } | null = null;

  constructor(
    private readonly live: LiveRuleset,
    private readonly packs: PackStore,
  ) {}

  @Post()
  @HttpCode(200)
  @RequirePermission('packs.read')
  @Documented({
    summary:
      'Test bench: judge a text by the rules in force, or with a draft pack, and show what lies between',
    body: BenchText.extend({ draft: z.union([z.string(), PackDocument]).optional() }),
    response: BenchResult,
  })
  async classify(@Body() body: unknown): Promise<BenchResult> {
    const { author = null, draft, ...trial } = parse(Trial, body, 'text to classify');
    const subject = { ...trial, author: { handle: author, nativeId: null } };
    const drafted = draft === undefined ? null : await this.drafted(draft);
    const ruleset = drafted?.ruleset ?? this.live.current();
    const { findings, whole, normalised } = inspect(ruleset, subject);
    const { steps, readings } = readStepByStep(trial.text.slice(0, MOST_STEPPED));
    return {
      ...findings,
      normalised: normalised.text(),
      nearMisses: nearMissesOf(ruleset, whole?.nearMisses ?? [], normalised),
      steps: [...steps],
      readings: readings.map(({ text, changes }) => ({
        text,
        changes: changes.map((change) => ({ ...change, steps: [...change.steps] })),
      })),
      stepped: Math.min(trial.text.length, MOST_STEPPED),
      draft: drafted?.name ?? null,
    };
  }

  /** The packs in force with the draft in place of its namesake, as if all its rules were live. */
  private async drafted(draft: unknown): Promise<{ name: string; ruleset: Ruleset }> {
    const { number } = this.live.current();
    const document = JSON.stringify(draft);
    if (document.length > MOST_DRAFT) {
      throw new VigilError(
        'too-large',
        `a draft of ${document.length} characters; the bench takes ${MOST_DRAFT}: try it in a backtest`,
      );
    }
    const key = `${number} ${document}`;
    if (this.last?.key === key) return this.last;
    const pack = packFrom(draft);
    const ruleset = draftRuleset(await this.packs.packsOf(number), pack);
    this.last = { key, name: pack.name, ruleset };
    return this.last;
  }
}
