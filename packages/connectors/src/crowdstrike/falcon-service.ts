import {
  type ActionContext,
  bareTokenCalls,
  basicAuth,
  percentEncode,
  serviceRequester,
} from '@patchbay/kit';
import { z } from 'zod';
import { CrowdstrikeError, crowdstrikeError, failureText } from './failure.ts';
import { inRtrSession } from './rtr-session.ts';
import type { Config, HostAction, RtrCommand, Secrets } from './schema.ts';

/** What may be run on hosts. */
const RTR_COMMANDS: readonly unknown[] = ['runscript'];

/** By which of the service's roles a command runs. */
export type RtrRole = 'batch-command' | 'batch-active-responder-command' | 'batch-admin-command';

/** The calls of the Falcon API. https://developer.crowdstrike.com/docs/openapi/ */
export type FalconService = ReturnType<typeof falconService>;

export function falconService(context: ActionContext<Config, Secrets>) {
  const { config, secrets } = context;
  const request = serviceRequester(context, { failureText });

  const authorized = bareTokenCalls(
    {
      name: 'CrowdStrike',
      async request() {
        const answer = await request({
          method: 'POST',
          url: `${config.url}/oauth2/token`,
          headers: {
            accept: 'application/json',
            'Content-Type': 'application/x-www-form-urlencoded',
            authorization: basicAuth({ user: secrets.clientId, password: secrets.clientSecret }),
          },
          form: {},
          // The credentials go nowhere but to the service that is named.
          maxRedirects: 0,
          responseSchema: z.unknown(),
        });
        return answer.data;
      },
    },
    context,
  );

  async function call(method: 'GET' | 'POST', path: string, data?: object): Promise<unknown> {
    try {
      return await authorized(async (token) => {
        const answer = await request({
          method,
          url: `${config.url}${path}`,
          data,
          headers: { Authorization: `Bearer ${token}` },
          responseSchema: z.unknown(),
        });
        return answer.data;
      });
    } catch (error) {
      throw crowdstrikeError(error);
    }
  }

  const post = (path: string, body: object) => call('POST', path, body);

  return {
    agents: (ids: readonly string[]) => call('GET', `/devices/entities/devices/v2?${idsQuery(ids)}`),

    onlineStates: (ids: readonly string[]) =>
      call('GET', `/devices/entities/online-state/v1?${idsQuery(ids)}`),

    act(action: HostAction) {
      const path = `/devices/entities/devices-actions/v2?action_name=${percentEncode(action.command)}`;
      return post(path, hostActionBody(action));
    },

    runCommand(role: RtrRole, given: RtrCommand) {
      const { command, endpoint_ids: hosts } = given ?? {};
      return inRtrSession(post, hosts, async (batchId) => {
        const [base] = typeof command === 'string' ? command.split(' ') : [];
        if (!RTR_COMMANDS.includes(base)) throw new CrowdstrikeError('Command not supported');
        return post(`/real-time-response/combined/${role}/v1`, {
          base_command: base,
          command_string: command,
          batch_id: batchId,
          hosts,
          persist_all: false,
        });
      });
    },

    scripts: () => call('GET', '/real-time-response/entities/scripts/v1'),
  };
}

/** One parameter, whatever their number: the reference's form of it. */
function idsQuery(ids: readonly string[]): string {
  return `ids=${percentEncode(ids.join(','))}`;
}

export function hostActionBody({ ids, actionParameters }: HostAction): object {
  if (actionParameters === undefined) return { ids };
  const parameters = Object.entries(actionParameters).map(([name, value]) => ({ name, value }));
  return { ids, action_parameters: parameters };
}
