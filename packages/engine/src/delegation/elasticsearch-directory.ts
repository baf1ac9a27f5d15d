import { hash } from 'node:crypto';
import { type Elasticsearch, ElasticsearchError, type Logger } from '@patchbay/kit';
import { z } from 'zod';
import { createVerificationQueue, type Directory } from '../access/index.ts';
import { ServiceUnavailableError } from '../errors/index.ts';
import { APPLICATION, privilegesFrom, privilegesQuestion } from './application-privileges.ts';

/** Who waits longer for a login tries again. */
const TIMEOUT_MS = 10_000;
const RETRY_AFTER_SECONDS = 2;
/** Questions at once: whoever guesses is not to take up the cluster. */
const QUEUE = { running: 16, waiting: 256 };

const realm = z.looseObject({ name: z.string(), type: z.string() });

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-authenticate */
const identity = z.looseObject({
  username: z.string().min(1),
  roles: z.array(z.string()),
  full_name: z.string().nullish(),
  email: z.string().nullish(),
  enabled: z.boolean(),
  authentication_realm: realm,
  authentication_type: z.string(),
  api_key: z.looseObject({ id: z.string(), name: z.string() }).optional(),
});

const privileges = z.looseObject({
  username: z.string(),
  cluster: z.record(z.string(), z.boolean()),
  application: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.boolean()))),
});

export interface ElasticsearchDirectoryOptions {
  /** Without credentials of its own: each question carries the caller's. */
  elasticsearch: Pick<Elasticsearch, 'request'>;
  /** The spaces that there are. */
  spaceIds(): string[];
  cacheMs: number;
  log: Logger;
}

/** Asks an Elasticsearch cluster who a caller is and what Kibana's privileges there let them do. Fails closed. */
export function elasticsearchDirectory(options: ElasticsearchDirectoryOptions): Directory {
  const { elasticsearch, spaceIds, cacheMs, log } = options;
  const inTurn = createVerificationQueue(QUEUE);

  /** undefined: the cluster does not know the credential. */
  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    header: string,
    call: { method: 'GET' | 'POST'; path: string; body?: unknown },
  ): Promise<z.output<Schema> | undefined> {
    try {
      const { status, body } = await elasticsearch.request({
        ...call,
        headers: { Authorization: header },
        ignore: [401],
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return status === 401 ? undefined : schema.parse(body);
    } catch (error) {
      // Its text is not repeated: a cluster, or a proxy before it, may say what it was sent.
      log.warn(`Elasticsearch cannot be asked who a caller is: ${kindOf(error)}`);
      throw new ServiceUnavailableError('Elasticsearch cannot be asked who the caller is, try again later', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
  }

  return {
    cacheMs,
    identify: (header) =>
      inTurn(async () => {
        const who = await ask(identity, header, { method: 'GET', path: '/_security/_authenticate' });
        if (who === undefined || !who.enabled) return undefined;
        const spaces = spaceIds();
        const may = await ask(privileges, header, {
          method: 'POST',
          path: '/_security/user/_has_privileges',
          body: privilegesQuestion(spaces),
        });
        if (may === undefined) return undefined;
        const { name, type } = who.authentication_realm;
        return {
          username: who.username,
          // The same for as long as the cluster knows them by this name, in this realm.
          profileUid: `es_${hash('sha256', JSON.stringify([type, name, who.username]), 'hex')}`,
          roles: who.roles,
          fullName: who.full_name ?? null,
          email: who.email ?? null,
          realm: { name, type },
          ...(who.api_key !== undefined && { apiKey: { id: who.api_key.id, name: who.api_key.name } }),
          privileges: [
            privilegesFrom(may.application[APPLICATION] ?? {}, spaces, {
              // A key has no roles: what it may is told by its privileges alone.
              superuser: who.authentication_type !== 'api_key' && who.roles.includes('superuser'),
              manageSecurity: may.cluster.manage_security === true,
            }),
          ],
        };
      }),
  };
}

function kindOf(error: unknown): string {
  if (error instanceof ElasticsearchError)
    return error.status === undefined ? 'it does not answer' : `it answered ${error.status}`;
  return error instanceof z.ZodError ? 'its answer is not understood' : 'it did not answer in time';
}
