import { type ActionContext, alertBody, serviceRequester, statusTextOnly } from '@patchbay/kit';
import { z } from 'zod';
import type { Config, NewIncident, Secrets } from './schema.ts';

const playbooksAnswer = z.looseObject({
  playbooks: z.array(z.looseObject({ id: z.string(), name: z.string() })),
});

const incidentAnswer = z.looseObject({});

export interface XsoarService {
  playbooks(): Promise<unknown>;
  createIncident(incident: NewIncident): Promise<void>;
}

/** The calls of XSOAR's API, whose paths on a cloud tenant are not those of a server of one's own. */
export function xsoarService(context: ActionContext<Config, Secrets>): XsoarService {
  const { config, secrets } = context;
  const send = serviceRequester(context, { failureText: statusTextOnly });
  const api = secrets.apiKeyID ? `${config.url}/xsoar/public/v1` : config.url;
  const headers = {
    Authorization: secrets.apiKey,
    ...(secrets.apiKeyID && { 'x-xdr-auth-id': secrets.apiKeyID }),
  };
  const post = async <Data>(path: string, data: unknown, responseSchema: z.ZodType<unknown, Data>) => {
    const sensitiveHeaders = Object.keys(headers);
    const call = { method: 'POST', url: `${api}/${path}`, data, headers, sensitiveHeaders } as const;
    return (await send({ ...call, responseSchema })).data;
  };

  return {
    playbooks: () => post('playbook/search', {}, playbooksAnswer),

    async createIncident({ body, isRuleSeverity: _isRuleSeverity, ...incident }) {
      await post('incident', { ...alertBody(body, 'xSOAR'), ...incident }, incidentAnswer);
    },
  };
}
