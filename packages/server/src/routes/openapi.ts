import type { App } from '../http/app-type.ts';
import type { DeclaredRoute } from '../openapi/route-list.ts';
import type { System } from '../system.ts';

/** The document of the API, built when it is first asked for. */
export function openApiRoute(
  app: App,
  { settings, catalog }: System,
  routes: readonly DeclaredRoute[],
): void {
  let document: Promise<string> | undefined;

  async function build(): Promise<string> {
    const { openApiDocument } = await import('../openapi/document.ts');
    return JSON.stringify(
      openApiDocument({
        routes,
        types: catalog.types.list({ withSystem: true }).map(({ type }) => type),
        basePath: settings['server.rewriteBasePath'] ? settings['server.basePath'] : '',
      }),
    );
  }

  app.get(
    '/api/openapi.json',
    { config: { access: 'public', auth: 'optional' } },
    async (_request, reply) => {
      document ??= build();
      return reply.type('application/json; charset=utf-8').send(await document);
    },
  );
}
