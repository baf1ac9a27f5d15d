import {
  type ActionContext,
  linkedFile,
  type QueryValue,
  StreamedData,
  serviceRequester,
  serviceStreamer,
} from '@patchbay/kit';
import { z } from 'zod';
import type { AgentFilter } from './agent-filter.ts';
import { failureText } from './failure.ts';
import type { Config, FetchedFile, FetchedFiles, ScriptRun, Secrets } from './schema.ts';

type Query = Record<string, QueryValue>;

/** What is answered is SentinelOne's own answer, unless it says otherwise. */
export interface SentinelOneService {
  agents(filter: AgentFilter): Promise<unknown>;
  /** Acts on the first agent that the filter finds, and on no other. */
  isolate(filter: AgentFilter): Promise<unknown>;
  release(filter: AgentFilter): Promise<unknown>;
  runScript(run: ScriptRun): Promise<unknown>;
  scripts(query: Query): Promise<unknown>;
  scriptStatus(parentTaskId: string): Promise<unknown>;
  scriptResults(taskIds: string[]): Promise<unknown>;
  downloadScriptResults(taskId: string): Promise<StreamedData>;
  fetchFiles(files: FetchedFiles): Promise<unknown>;
  downloadFile(file: FetchedFile): Promise<StreamedData>;
  activities(query: Query): Promise<unknown>;
}

/** The calls of the management console's API, which takes its token in the query. */
export function sentinelOneService(context: ActionContext<Config, Secrets>): SentinelOneService {
  const { config, secrets } = context;
  const send = serviceRequester(context, { failureText });
  const stream = serviceStreamer(context, { failureText });
  /** A call of the API. The token comes last, as the reference sends it. */
  const callTo = (path: string, query: Query = {}) => ({
    url: `${config.url}/web/api/v2.1/${path}`,
    query: { ...query, APIToken: secrets.token },
    sensitiveQuery: ['APIToken'],
  });

  async function get(path: string, query: Query = {}): Promise<unknown> {
    return (await send({ ...callTo(path, query), responseSchema: z.unknown() })).data;
  }

  async function post(path: string, data: object): Promise<unknown> {
    const call = { ...callTo(path), method: 'POST', data } as const;
    return (await send({ ...call, responseSchema: z.unknown() })).data;
  }

  async function firstAgent({ alertIds: _alertIds, ...criteria }: AgentFilter): Promise<Agent> {
    // Nothing to look for finds every agent of the account: the first of them is nobody's choice.
    if (Object.values(criteria).every((value) => !value)) throw new Error('A filter must be defined');
    const [{ id, networkStatus } = {}] = listIn(await get('agents', criteria), 'data');
    if (typeof id !== 'string' || id === '') throw new Error('No agents found');
    return { id, networkStatus };
  }

  const act = (action: 'connect' | 'disconnect', { id }: Agent) =>
    post(`agents/actions/${action}`, { filter: { ids: id } });

  const scriptResults = (taskIds: string[]) => post('remote-scripts/fetch-files', { data: { taskIds } });

  return {
    agents({ alertIds = [], ...criteria }) {
      const lists = new URLSearchParams();
      for (const id of alertIds) lists.append('alertIds[]', id);
      return get(lists.size === 0 ? 'agents' : `agents?${lists}`, criteria);
    },

    async isolate(filter) {
      const agent = await firstAgent(filter);
      if (agent.networkStatus === 'disconnected') throw new Error('Agent already isolated');
      return act('disconnect', agent);
    },

    async release(filter) {
      const agent = await firstAgent(filter);
      if (agent.networkStatus !== 'disconnected') throw new Error('Agent not isolated');
      return act('connect', agent);
    },

    async runScript({ filter, script }) {
      if (filter.ids === undefined && filter.uuids === undefined) {
        throw new Error("A filter must be defined; either 'ids' or 'uuids'");
      }
      const data = { outputDestination: 'SentinelCloud', ...script };
      return post('remote-scripts/execute', { data, filter });
    },

    scripts: (query) => get('remote-scripts', query),
    scriptStatus: (parentTaskId) => get('remote-scripts/status', { parent_task_id: parentTaskId }),
    scriptResults,

    async downloadScriptResults(taskId) {
      const { data } = recordOf(await scriptResults([taskId]));
      const link = listIn(data, 'download_links').find((candidate) => candidate.taskId === taskId);
      if (typeof link?.downloadUrl !== 'string') {
        throw new Error(`Download URL for script results of task id [${taskId}] not found`);
      }
      return linkedFile(context, link.downloadUrl, () => ({ failureText }));
    },

    fetchFiles: ({ agentId, zipPassCode, files }) =>
      post(`agents/${encodeURIComponent(agentId)}/actions/fetch-files`, {
        data: { password: zipPassCode, files },
      }),

    async downloadFile({ agentId, activityId }) {
      const path = `agents/${encodeURIComponent(agentId)}/uploads/${encodeURIComponent(activityId)}`;
      const { body, headers } = await stream(callTo(path));
      return new StreamedData(body, headers['content-type'] ?? 'application/octet-stream');
    },

    activities: (query) => get('activities', query),
  };
}

interface Agent {
  id: string;
  networkStatus: unknown;
}

/** The objects in a list of an answer, which nobody has validated. */
function listIn(answer: unknown, name: string): Record<string, unknown>[] {
  const list = recordOf(answer)[name];
  return Array.isArray(list) ? list.map(recordOf) : [];
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
