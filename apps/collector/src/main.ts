import { runApp, VERSION } from '@vigil/runtime';
import { AppModule } from './module.js';

await runApp({
  service: 'collector',
  version: VERSION,
  env: process.env,
  apart: true,
  needs: ['evidence', 'jobs'],
  module: (settings, engines) => AppModule.forRoot(settings, engines),
});
