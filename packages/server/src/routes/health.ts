import type { App } from '../http/app-type.ts';
import type { System } from '../system.ts';

const STORE_TIMEOUT_MS = 2000;

/** For an orchestrator: whether the process lives, and whether it can work. They tell nothing else. */
export function healthRoutes(app: App, { store }: System): void {
  const config = { access: 'public', auth: 'none' } as const;
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });

  app.get('/livez', { config }, async () => ({ status: 'ok' }));

  app.get('/readyz', { config }, async (_request, reply) => {
    const isReady = !isStopping && (await answersInTime(store));
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable' });
  });
}

async function answersInTime(store: System['store']): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), STORE_TIMEOUT_MS);
  const answered = store.ping().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
