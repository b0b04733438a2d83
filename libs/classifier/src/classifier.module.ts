import { Module } from '@nestjs/common';
import { BacktestStore } from './backtest/backtest-store.js';
import { Backtests } from './backtest/backtests.js';
import { BacktestsController } from './backtest/backtests.controller.js';
import { BenchController } from './bench/bench.controller.js';
import { BanksController } from './banks/banks.controller.js';
import { TextBank } from './banks/text-bank.js';
import { Campaigns } from './clusters/campaigns.js';
import { CampaignsController } from './clusters/campaigns.controller.js';
import { LiveRuleset } from './publishing/live-ruleset.js';
import { PackDiffController } from './publishing/pack-diff.controller.js';
import { PackExchangeController } from './publishing/pack-exchange.controller.js';
import { PackProposals } from './publishing/pack-proposals.js';
import { PackProposalsController } from './publishing/pack-proposals.controller.js';
import { PackStore } from './publishing/pack-store.js';
import { Publishing } from './publishing/publishing.js';
import { PacksController } from './publishing/packs.controller.js';
import { Upkeep } from './upkeep.js';
import { Classifier } from './verdicts/classifier.js';

/** Packs, the ruleset in force, and the reading of posts. Needs the global BaseModule and AuthModule. */
@Module({
  controllers: [
    PackProposalsController,
    PackExchangeController,
    PackDiffController,
    PacksController,
    BenchController,
    BacktestsController,
    BanksController,
    CampaignsController,
  ],
  providers: [
    PackStore,
    PackProposals,
    Publishing,
    LiveRuleset,
    Classifier,
    TextBank,
    Campaigns,
    Upkeep,
    BacktestStore,
    Backtests,
  ],
  exports: [PackStore, LiveRuleset],
})
export class ClassifierModule {}
