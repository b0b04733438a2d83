import { Module } from '@nestjs/common';
import { LiveRuleset } from './publishing/live-ruleset.js';
import { PackStore } from './publishing/pack-store.js';
import { PacksController } from './publishing/packs.controller.js';
import { Classifier } from './verdicts/classifier.js';

/** Packs, the ruleset in force, and the reading of posts. Needs the global BaseModule and AuthModule. */
@Module({
  controllers: [PacksController],
  providers: [PackStore, LiveRuleset, Classifier],
  exports: [PackStore, LiveRuleset],
})
export class ClassifierModule {}
