import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** OpenAPI at /api/docs (a page), /api/docs-json and /api/docs-yaml. */
export function serveOpenApi(app: NestFastifyApplication, version: string): void {
  const description =
    'Vigil watches named, justified public sources for ISIS-style propaganda. Sign in with a session cookie ' +
    '(changing requests also send x-csrf-token) or a bearer token. Every error has the shape of ApiError.';
  const config = new DocumentBuilder()
    .setTitle('Vigil')
    .setDescription(description)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addCookieAuth('vigil_session')
    .addBearerAuth()
    .build();
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'api/docs-json',
    yamlDocumentUrl: 'api/docs-yaml',
  });
}
