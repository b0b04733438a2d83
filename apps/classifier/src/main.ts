import { runApp, VERSION } from '@vigil/runtime';
import { AppModule } from './module.js';

await runApp({
  service: 'classifier',
  version: VERSION,
  env: process.env,
  apart: true,
  needs: [],
  module: (settings, engines) => AppModule.forRoot(settings, engines),
});
