import type { FastifyContextConfig } from 'fastify';
import type { z } from 'zod';
import type { App } from '../http/app-type.ts';

/** A route as its code declares it. */
export interface DeclaredRoute {
  method: string;
  /** With parameters as `:id`. */
  url: string;
  schema: { params?: z.ZodType; querystring?: z.ZodType; body?: z.ZodType };
  config: FastifyContextConfig;
}

/** Fills, from now on, with every route that `app` is given. */
export function listRoutes(app: App): readonly DeclaredRoute[] {
  const routes: DeclaredRoute[] = [];
  app.addHook('onRoute', ({ method, url, schema = {}, config = {} }) => {
    for (const each of [method].flat()) {
      routes.push({ method: each, url, schema: schema as DeclaredRoute['schema'], config });
    }
  });
  return routes;
}
