import {
  type ActionContext,
  bareTokenCalls,
  linkedFile,
  normalizeUrl,
  percentEncode,
  RunError,
  type StreamedData,
  serviceRequester,
} from '@patchbay/kit';
import { z } from 'zod';
import { failureReading } from './failure.ts';
import { type Listing, odataQuery } from './odata-query.ts';
import type {
  ActionList,
  Cancellation,
  Config,
  MachineAction,
  MachineList,
  Script,
  Secrets,
} from './schema.ts';

/** Sent where a script is given no arguments. */
const NO_ARGUMENTS = '--noargs';

/** The calls of Defender's API. https://learn.microsoft.com/en-us/defender-endpoint/api/exposed-apis-list */
export type DefenderService = ReturnType<typeof defenderService>;

export function defenderService(context: ActionContext<Config, Secrets>) {
  const { config, secrets } = context;

  const authorized = bareTokenCalls(
    {
      name: 'Microsoft Defend for Endpoint',
      async request() {
        const url = tokenUrl(config);
        const called = { method: 'POST', url };
        const answer = await serviceRequester(
          context,
          failureReading(called),
        )({
          ...called,
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          form: {
            grant_type: 'client_credentials',
            client_id: config.clientId,
            scope: config.oAuthScope,
            client_secret: secrets.clientSecret,
          },
          // The secret is in the body: it goes nowhere but to the server that is named.
          maxRedirects: 0,
          responseSchema: z.unknown(),
        });
        return answer.data;
      },
    },
    context,
  );

  function call(method: 'GET' | 'POST', path: string, data?: object, query?: string): Promise<unknown> {
    const url = normalizeUrl(`${config.apiUrl}/api/${path}`);
    const request = serviceRequester(context, failureReading({ method, url }));
    return authorized(async (token) => {
      const answer = await request({
        method,
        url: query === undefined ? url : `${url}?${query}`,
        data,
        headers: { Authorization: `Bearer ${token}` },
        responseSchema: z.unknown(),
      });
      return answer.data;
    });
  }

  /** One page, and how many there are in all; -1 where Defender does not say. */
  async function list(path: string, listing: Listing): Promise<object> {
    const { page, pageSize } = listing;
    const answer = await call('GET', path, undefined, odataQuery(listing));
    const body = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
    return { ...body, page, pageSize, total: body['@odata.count'] ?? -1 };
  }

  const machine = (id: string) => `machines/${percentEncode(id)}`;
  const action = (id: string) => `machineactions/${percentEncode(id)}`;

  return {
    machine: (id: string) => call('GET', machine(id)),

    machines({ page, pageSize, ...filter }: MachineList) {
      return list('machines', { page, pageSize, filter });
    },

    isolate: ({ id, comment }: MachineAction) =>
      call('POST', `${machine(id)}/isolate`, { Comment: comment, IsolationType: 'Full' }),

    release: ({ id, comment }: MachineAction) =>
      call('POST', `${machine(id)}/unisolate`, { Comment: comment }),

    runScript: (script: Script) =>
      call('POST', `${machine(script.id)}/runliveresponse`, liveResponse(script)),

    cancel: ({ actionId, comment }: Cancellation) =>
      call('POST', `${action(actionId)}/cancel`, { Comment: comment }),

    actions({ page, pageSize, sortField, sortDirection, ...filter }: ActionList) {
      return list('machineactions', { page, pageSize, sortField, sortDirection, filter });
    },

    /** Of a live response action, the file of its first command. */
    async results(id: string): Promise<StreamedData> {
      const answer = await call('GET', `${action(id)}/GetLiveResponseResultDownloadLink(index=0)`);
      const link = typeof answer === 'object' && answer !== null && 'value' in answer && answer.value;
      if (typeof link !== 'string' || link === '') {
        throw new RunError(`Download URL for script results of machineId [${id}] not found`);
      }
      return linkedFile(context, link, (url) => failureReading({ method: 'GET', url }));
    },

    library: () => call('GET', 'libraryfiles'),
  };
}

/** A path that the setting has is not kept. */
export function tokenUrl({ oAuthServerUrl, tenantId }: Config): string {
  const url = new URL(oAuthServerUrl);
  url.pathname = `/${percentEncode(tenantId)}/oauth2/v2.0/token`;
  return url.href;
}

export function liveResponse({ comment, parameters: { scriptName, args } }: Omit<Script, 'id'>): object {
  return {
    Comment: comment,
    Commands: [
      {
        type: 'RunScript',
        params: [
          { key: 'ScriptName', value: scriptName },
          { key: 'Args', value: args ?? NO_ARGUMENTS },
        ],
      },
    ],
  };
}
