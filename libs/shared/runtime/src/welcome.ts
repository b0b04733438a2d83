import { hostname } from 'node:os';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ensureMachineToken, LINK_MINUTES, Sessions } from '@vigil/auth';
import { type Settings, SETTINGS } from '@vigil/config';

/** Tells the person at the terminal where to go: the address, and a link that signs in once. */
export async function welcome(app: NestFastifyApplication, address: string): Promise<void> {
  const sessions = app.get(Sessions);
  const settings = app.get<Settings>(SETTINGS);
  await sessions.ensureLocalAdministrator();
  await sessions.allowMachineToken(
    `cli on ${hostname()}`,
    await ensureMachineToken(settings.storage.dataDir),
  );
  const link = `${address}/sign-in#token=${await sessions.newSignInToken()}`;
  process.stdout.write(
    [
      '',
      `  Vigil answers on ${address}`,
      `  Sign in (once, within ${LINK_MINUTES} minutes): ${link}`,
      '  Another link: npx vigil sign-in      Stop: Ctrl-C',
      '',
      '',
    ].join('\n'),
  );
}
