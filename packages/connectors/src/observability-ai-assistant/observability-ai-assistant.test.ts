import { type ActionResult, createRenderer, prepareVariables, type RuleFacts } from '@patchbay/kit';
import { hostileText, testAction } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { observabilityAiAssistant } from './observability-ai-assistant.ts';

const ACTIVE = { 'kibana.alert.status': 'active', 'host.name': 'host-1' };
const RECOVERED = { kibana: { alert: { status: 'recovered' } }, host: { name: 'host-2' } };

const PARAMS = {
  connector: 'my-openai',
  prompts: [{ statuses: ['active'], message: 'Summarise' }],
  rule: { id: 'r1', name: 'CPU' },
  alerts: { new: [ACTIVE], recovered: [] as object[] },
};

/** A run beside connectors of which one is a model of this type that answers so. */
async function run(
  params: object = PARAMS,
  { typeId = '.gen-ai', answer = { message: 'The disk.' } as unknown, fails = false } = {},
) {
  const asked: { id: string; params: unknown }[] = [];
  const tested = await testAction(observabilityAiAssistant, {
    params,
    connectors: {
      find: async (id) => (id === 'my-openai' ? { id, name: 'Model', typeId } : undefined),
      async run(id, given): Promise<ActionResult> {
        asked.push({ id, params: given });
        return fails
          ? { actionId: id, status: 'error', message: 'an error', serviceMessage: 'of the model' }
          : { actionId: id, status: 'ok', data: answer };
      },
    },
  });
  const texts = () =>
    asked.map(({ params }) => {
      const { subActionParams } = params as { subActionParams: { messages: { content: string }[] } };
      return subActionParams.messages[0]?.content ?? '';
    });
  return { ...tested, asked, texts };
}

const logged = async ({ logged }: Awaited<ReturnType<typeof run>>) => {
  await vi.waitFor(() => expect(logged).not.toEqual([]));
  return logged;
};

describe('.observability-ai-assistant', () => {
  it('asks the model once about a prompt, and is ok without data', async () => {
    const tested = await run();
    expect(tested.result).toEqual({ actionId: 'test', status: 'ok' });
    expect(await logged(tested)).toEqual([
      { level: 'info', message: 'the assistant on rule "CPU" through connector "my-openai": The disk.' },
    ]);
    expect(tested.asked).toMatchObject([
      {
        id: 'my-openai',
        params: { subAction: 'invokeAI', subActionParams: { messages: [{ role: 'user' }] } },
      },
    ]);
    const lines = tested.texts()[0]?.split('\n') ?? [];
    expect(lines[0]).toBe('Summarise');
    expect(lines).toContain('The rule, as JSON: {"id":"r1","name":"CPU","tags":[],"url":null}');
    expect(lines.at(-1)).toBe(JSON.stringify(ACTIVE));
  });

  it('asks an inference endpoint in its own way', async () => {
    const answer = { choices: [{ message: { content: 'The disk.' } }] };
    const tested = await run(PARAMS, { typeId: '.inference', answer });
    expect((await logged(tested))[0]?.message).toMatch(/: The disk\.$/);
    expect(tested.asked).toMatchObject([
      {
        params: {
          subAction: 'unified_completion',
          subActionParams: { body: { messages: [{ role: 'user' }] } },
        },
      },
    ]);
  });

  it.each([
    ['only ongoing alerts', { alerts: { new: [], recovered: [] } }],
    [
      'only new alerts, for a prompt about recovered ones',
      { prompts: [{ statuses: ['recovered'], message: 'a' }] },
    ],
    ['no prompts', { prompts: [] }],
  ])('asks nothing about %s', async (_, more) => {
    const tested = await run({ ...PARAMS, ...more });
    expect(tested.result).toEqual({ actionId: 'test', status: 'ok' });
    expect([tested.asked, tested.logged]).toEqual([[], []]);
  });

  it('gives each prompt its alerts, and all of them where it names no status that there is', async () => {
    const prompt = (message: string, ...statuses: string[]) => ({ message, statuses });
    const tested = await run({
      ...PARAMS,
      prompts: [prompt('a', 'active'), prompt('b', 'recovered', 'x'), prompt('c', 'x'), prompt('d')],
      alerts: { new: [ACTIVE], recovered: [RECOVERED] },
    });
    await vi.waitFor(() => expect(tested.asked).toHaveLength(4));
    const hosts = tested.texts().map((text) => [text[0], ...(text.match(/host-\d/g) ?? [])].join(' '));
    expect(hosts.sort()).toEqual(['a host-1', 'b host-2', 'c host-1 host-2', 'd host-1 host-2']);
  });

  it('does not wait for the model', async () => {
    const never = new Promise<never>(() => {});
    const { result } = await testAction(observabilityAiAssistant, {
      params: PARAMS,
      connectors: { find: () => never, run: () => never },
    });
    expect(result).toEqual({ actionId: 'test', status: 'ok' });
  });

  it.each([
    ['is missing', { connector: 'other' }, {}, 'there is no such connector'],
    ['fails', {}, { fails: true }, 'an error: of the model'],
    ['is no language model', {}, { typeId: '.slack' }, '.slack is no language model'],
  ])('is ok where the connector %s, and the log says why', async (_, params, model, reason) => {
    const tested = await run({ ...PARAMS, ...params }, model);
    expect(tested.result).toEqual({ actionId: 'test', status: 'ok' });
    expect(await logged(tested)).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(new RegExp(`^the assistant could not be asked .*: ${reason}$`)),
      },
    ]);
  });

  it('gives a model no more alerts than fit', async () => {
    const alerts = Array.from({ length: 100 }, () => ({ ...ACTIVE, text: 'x'.repeat(1000) }));
    const tested = await run({ ...PARAMS, alerts: { new: alerts, recovered: [] } });
    await logged(tested);
    expect(tested.texts()[0]?.length).toBeLessThan(52_000);
    expect(tested.texts()[0]).toMatch(/\(\d+ more alerts are left out\.\)$/);
  });

  it('gives what alerts and rules hold as JSON, a line each, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText({ maxLength: 200 }), async (rogue) => {
        const tested = await run({
          ...PARAMS,
          rule: { id: 'r1', name: rogue },
          alerts: { new: [{ ...ACTIVE, rogue }], recovered: [] },
        });
        await logged(tested);
        const lines = tested.texts()[0]?.split('\n') ?? [];
        expect(lines).toHaveLength(6);
        expect(JSON.parse(lines.at(-1) ?? '').rogue === rogue).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [{ ...PARAMS, other: 1 }, 'Unrecognized key: "other"'],
    [{ ...PARAMS, prompts: [{ statuses: [], message: '' }] }, 'at prompts[0].message'],
    [{ ...PARAMS, connector: undefined }, 'at connector'],
  ])('refuses params %#', async (params, reason) => {
    await expect(run(params)).rejects.toThrow(reason);
  });

  it('has neither config nor secrets', async () => {
    for (const given of [{ config: { a: 1 } }, { secrets: { a: 1 } }]) {
      await expect(testAction(observabilityAiAssistant, { params: PARAMS, ...given })).rejects.toThrow(
        'Unrecognized key: "a"',
      );
    }
  });

  it('has no templates', () => {
    const given = { ...PARAMS, prompts: [{ statuses: [], message: '{{rule.name}}' }] };
    const render = createRenderer(prepareVariables({ rule: { name: 'x' } }));
    expect(observabilityAiAssistant.renderParams(given, render)).toEqual(given);
  });
});

describe('.observability-ai-assistant in a rule', () => {
  const action = observabilityAiAssistant.ruleAction;
  const facts: RuleFacts = {
    rule: { id: 'r1', name: 'CPU' },
    alerts: { new: [ACTIVE], ongoing: [{ 'host.name': 'host-3' }], recovered: [RECOVERED] },
  };
  const paramsOf = (given: unknown, known = facts) => action?.toParams(action.params.parse(given), known);

  it('gets the prompts, the rule, and the alerts that are not ongoing', () => {
    const prompts = [{ statuses: ['active'], message: 'a' }];
    expect(paramsOf({ connector: 'm', prompts, message: 'older' })).toEqual({
      connector: 'm',
      prompts,
      rule: { id: 'r1', name: 'CPU', tags: [], ruleUrl: null },
      alerts: { new: [ACTIVE], recovered: [RECOVERED] },
    });
    const rule = { id: 'r1', name: 'CPU', tags: ['a'], url: 'https://x/r1' };
    expect(paramsOf({ connector: 'm', prompts }, { ...facts, rule })).toMatchObject({
      rule: { tags: ['a'], ruleUrl: 'https://x/r1' },
    });
  });

  it('gets an older message as one prompt about every status', () => {
    expect(paramsOf({ connector: 'm', status: 'active', message: 'a' })).toMatchObject({
      prompts: [{ statuses: ['active', 'recovered', 'untracked'], message: 'a' }],
    });
    const built = paramsOf({ connector: 'm' });
    expect(observabilityAiAssistant.params.safeParse(built).success).toBe(false);
  });
});
