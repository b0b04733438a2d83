import { fileURLToPath } from 'node:url';
import { runApp, VERSION, welcome } from '@vigil/runtime';
import { AppModule } from './module.js';

await runApp({
  service: 'alerts',
  version: VERSION,
  env: process.env,
  apart: true,
  needs: ['hitIndex', 'evidence', 'jobs'],
  module: (settings, engines) => AppModule.forRoot(settings, engines),
  consoleDir: fileURLToPath(new URL('../../console/dist', import.meta.url)),
  onReady: welcome,
});
