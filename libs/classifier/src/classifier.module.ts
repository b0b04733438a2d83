import { Module } from '@nestjs/common';
import { BankExpiry } from './banks/bank-expiry.js';
import { BanksController } from './banks/banks.controller.js';
import { TextBank } from './banks/text-bank.js';
import { LiveRuleset } from './publishing/live-ruleset.js';
import { PackDiffController } from './publishing/pack-diff.controller.js';
import { PackProposals } from './publishing/pack-proposals.js';
import { PackProposalsController } from './publishing/pack-proposals.controller.js';
import { PackStore } from './publishing/pack-store.js';
import { PacksController } from './publishing/packs.controller.js';
import { Classifier } from './verdicts/classifier.js';

/** Packs, the ruleset in force, and the reading of posts. Needs the global BaseModule and AuthModule. */
@Module({
  controllers: [PackProposalsController, PackDiffController, PacksController, BanksController],
  providers: [PackStore, PackProposals, LiveRuleset, Classifier, TextBank, BankExpiry],
  exports: [PackStore, LiveRuleset],
})
export class ClassifierModule {}
