import { Module } from '@nestjs/common';
import { Collector } from './collector.js';
import { ImportController, SourcesController } from './sources/sources.controller.js';
import { Sources } from './sources/sources.js';

/** Sources, their schedule and connectors, and the routes to change and import them. Needs the global BaseModule and AuthModule. */
@Module({
  controllers: [SourcesController, ImportController],
  providers: [Sources, Collector],
  exports: [Sources, Collector],
})
export class CollectorModule {}
