import { type ActionContext, defineConnectorType, messageOf } from '@patchbay/kit';
import { z } from 'zod';
import { alertsFor, question } from './question.ts';
import { ruleAction } from './rule-action.ts';
import { type Params, params } from './schema.ts';

/** In characters: what of an answer is written to the process log. */
const LOGGED_MAX = 2000;

type Context = Pick<ActionContext<unknown, unknown, Params>, 'params' | 'connectors' | 'log'>;

/** Has a language model look at the alerts of a rule. */
export const observabilityAiAssistant = defineConnectorType({
  id: '.observability-ai-assistant',
  name: 'Observability AI Assistant',
  description: 'Asks a language model about the alerts of a rule.',
  minimumLicense: 'enterprise',
  features: ['alerting'],
  isSystemActionType: true,
  config: z.strictObject({}),
  secrets: z.strictObject({}),
  params,
  ruleAction,
  renderParams: (given) => given,
  example: {
    name: 'Observability AI Assistant',
    params: {
      connector: 'my-openai',
      prompts: [{ statuses: ['active'], message: 'What may be the cause?' }],
      rule: { id: 'r1', name: 'CPU', tags: [], ruleUrl: null },
      alerts: { new: [{ 'kibana.alert.status': 'active', 'host.name': 'host-1' }], recovered: [] },
    },
  },
  execute({ params, connectors, log }) {
    for (const prompt of params.prompts) {
      const alerts = alertsFor(prompt, params.alerts);
      if (alerts.length === 0) continue;
      // A model takes minutes, and the rule has no use for its answer: nobody waits.
      void ask({ params, connectors, log }, question(prompt, params.rule, alerts));
    }
  },
});

/** Never throws: what goes wrong is in the log. */
async function ask({ params, connectors, log }: Context, content: string): Promise<void> {
  const { connector: id, rule } = params;
  const about = `rule "${rule.name}" through connector "${id}"`;
  try {
    const connector = await connectors.find(id);
    if (connector === undefined) throw new Error('there is no such connector');
    const { status, data, message, serviceMessage } = await connectors.run(
      id,
      asked(connector.typeId, content),
    );
    if (status === 'error') throw new Error([message, serviceMessage].filter(Boolean).join(': '));
    log.info(`the assistant on ${about}: ${said(data).slice(0, LOGGED_MAX)}`);
  } catch (error) {
    log.error(`the assistant could not be asked about ${about}: ${messageOf(error)}`);
  }
}

/** The run in which a model of this type is asked. */
function asked(typeId: string, content: string): unknown {
  const messages = [{ role: 'user', content }];
  switch (typeId) {
    case '.gen-ai':
    case '.bedrock':
    case '.gemini':
      return { subAction: 'invokeAI', subActionParams: { messages } };
    case '.inference':
      return { subAction: 'unified_completion', subActionParams: { body: { messages } } };
    default:
      throw new Error(`${typeId} is no language model`);
  }
}

const answer = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z
    .object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) })
    .transform(({ choices }) => choices[0]?.message.content ?? ''),
]);

function said(data: unknown): string {
  return answer.safeParse(data).data ?? '(no text)';
}
