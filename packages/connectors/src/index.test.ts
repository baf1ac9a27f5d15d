import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Case,
  type ConnectorType,
  createAllowedHosts,
  NO_CASE_CONNECTOR,
  validateConfig,
  validateConnector,
  validateParams,
  validateSecrets,
} from '@patchbay/kit';
import { operatorSettings } from '@patchbay/kit/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pushOf } from '../../engine/src/cases/incident.ts';
import { connectorTypes } from './index.ts';

const ALERTING = ['alerting', 'uptime', 'siem'];
const NEW = ['workflows', 'agentBuilder'];

/** Names, licences and features that clients know: the reference's, where it and the seed have them. */
const KNOWN: Record<string, readonly [name: string, licence: string, features: readonly string[]]> = {
  '.bedrock': [
    'Amazon Bedrock',
    'enterprise',
    [
      'generativeAIForSecurity',
      'generativeAIForObservability',
      'generativeAIForSearchPlayground',
      'workflows',
    ],
  ],
  '.cases': ['Cases', 'platinum', ['uptime', 'alerting', 'siem']],
  '.cases-webhook': ['Webhook - Case Management', 'gold', ['cases']],
  '.crowdstrike': ['CrowdStrike', 'enterprise', ['endpointSecurity']],
  '.d3security': ['D3 Security', 'gold', ['alerting', 'siem', ...NEW]],
  '.email': ['Email', 'gold', [...ALERTING, ...NEW]],
  '.gemini': [
    'Google Gemini',
    'enterprise',
    [
      'generativeAIForSecurity',
      'generativeAIForSearchPlayground',
      'generativeAIForObservability',
      'workflows',
    ],
  ],
  '.gen-ai': [
    'OpenAI',
    'enterprise',
    [
      'generativeAIForSecurity',
      'generativeAIForObservability',
      'generativeAIForSearchPlayground',
      'workflows',
    ],
  ],
  '.http': ['HTTP', 'gold', NEW],
  '.index': ['Index', 'basic', ALERTING],
  '.inference': [
    'AI Connector',
    'enterprise',
    ['generativeAIForSecurity', 'generativeAIForSearchPlayground', 'generativeAIForObservability'],
  ],
  '.jira': ['Jira', 'gold', ['alerting', 'cases', 'uptime', 'siem', 'workflows']],
  '.jira-service-management': ['Jira Service Management', 'platinum', [...ALERTING, ...NEW]],
  '.mcp': [
    'MCP',
    'enterprise',
    ['generativeAIForSecurity', 'generativeAIForSearchPlayground', 'generativeAIForObservability', ...NEW],
  ],
  '.microsoft_defender_endpoint': ['Microsoft Defender for Endpoint', 'enterprise', ['endpointSecurity']],
  '.observability-ai-assistant': ['Observability AI Assistant', 'enterprise', ['alerting']],
  '.opsgenie': ['Opsgenie', 'gold', [...ALERTING, ...NEW]],
  '.pagerduty': ['PagerDuty', 'gold', [...ALERTING, 'workflows']],
  '.resilient': ['IBM Resilient', 'platinum', ['alerting', 'cases', 'siem', 'workflows']],
  '.sentinelone': ['Sentinel One', 'enterprise', ['endpointSecurity']],
  '.server-log': ['Server log', 'basic', ALERTING],
  '.servicenow': ['ServiceNow ITSM', 'platinum', ['alerting', 'cases', 'uptime', 'siem', 'workflows']],
  '.servicenow-itom': ['ServiceNow ITOM', 'platinum', ['alerting', 'siem', 'workflows']],
  '.servicenow-sir': ['ServiceNow SecOps', 'platinum', ['alerting', 'cases', 'siem', 'workflows']],
  '.slack': ['Slack', 'gold', ALERTING],
  '.slack_api': ['Slack API', 'gold', ['uptime', 'alerting', 'siem']],
  '.swimlane': ['Swimlane', 'gold', ['alerting', 'cases', 'siem', 'workflows']],
  '.teams': ['Microsoft Teams', 'gold', [...ALERTING, ...NEW]],
  '.thehive': ['TheHive', 'gold', ['alerting', 'siem', 'uptime', 'cases', 'workflows']],
  '.tines': ['Tines', 'gold', ['siem']],
  '.torq': ['Torq', 'gold', ALERTING],
  '.webhook': ['Webhook', 'gold', ALERTING],
  '.xmatters': ['xMatters', 'gold', ['alerting', 'siem']],
  '.xsoar': ['XSOAR', 'platinum', ['siem']],
  '.abuseipdb': ['AbuseIPDB', 'gold', NEW],
  '.alienvault-otx': ['AlienVault OTX', 'gold', NEW],
  '.brave-search': ['Brave Search', 'enterprise', NEW],
  '.github': ['GitHub', 'enterprise', NEW],
  '.greynoise': ['GreyNoise', 'gold', NEW],
  '.jira-cloud': ['Jira Cloud', 'enterprise', NEW],
  '.notion': ['Notion', 'enterprise', NEW],
  '.shodan': ['Shodan', 'gold', NEW],
  '.virustotal': ['VirusTotal', 'gold', NEW],
  '.zendesk': ['Zendesk', 'enterprise', NEW],
};

const CASE: Case = {
  id: 'c1',
  version: 'v',
  incrementalId: 1,
  owner: 'cases',
  title: 'Disk is full',
  description: 'On host-1',
  tags: ['full disk'],
  status: 'open',
  severity: 'high',
  category: null,
  connector: NO_CASE_CONNECTOR,
  settings: { syncAlerts: false },
  assignees: [],
  customFields: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: { username: 'ann', fullName: null, email: null },
  updatedAt: null,
  updatedBy: null,
  closedAt: null,
  closedBy: null,
  inProgressAt: null,
  externalService: null,
  totalComment: 0,
  totalAlerts: 0,
};

/** What cases keep for connectors of one type or another. */
const FIELDS_OF_CONNECTOR = {
  issueType: '10006',
  priority: 'High',
  parent: null,
  otherFields: '{"a":1}',
  severity: '1',
  urgency: '2',
  impact: '3',
  category: 'software',
  subcategory: 'os',
  additionalFields: null,
  incidentTypes: ['1001'],
  severityCode: '6',
  tlp: 2,
  caseId: 'x',
};

const validation = {
  allowedHosts: createAllowedHosts(['*']),
  settings: operatorSettings(),
};

describe.each(connectorTypes.map((type) => [type.id, type] as const))('%s', (id, type) => {
  it.runIf(id in KNOWN)('has the name, licence and features that clients know', () => {
    expect([type.name, type.minimumLicense, type.features]).toEqual(KNOWN[id]);
  });

  it('has a description', () => {
    expect(type.description).toMatch(/^[A-Z].*\.$/);
  });

  it('has an example that is valid', () => {
    const { config = {}, secrets = {}, params } = exampleOf(type);
    const connector = {
      config: validateConfig(type, config, validation),
      secrets: validateSecrets(type, secrets, validation),
    };
    validateConnector(type, connector, validation);
    const runs = [params].flat();
    expect(runs.length).toBeGreaterThan(0);
    for (const run of runs) {
      const { subAction, subActionParams } = validateParams(type, run, validation) as Record<string, unknown>;
      if (type.subActions === undefined) continue;
      const schema = type.subActions[String(subAction)];
      expect(schema, String(subAction)).toBeDefined();
      schema?.parse(subActionParams);
    }
  });

  it.each(['config', 'secrets', 'params'] as const)('has a title for each field of its %s', (part) => {
    expect(untitled(z.toJSONSchema(type[part], { io: 'input', unrepresentable: 'any' }))).toEqual([]);
  });

  it('has a title for each field of its sub-actions', () => {
    for (const schema of Object.values(type.subActions ?? {})) {
      if (schema !== null) {
        expect(untitled(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))).toEqual([]);
      }
    }
  });

  it.runIf(type.features.includes('cases'))('takes a case as an incident', () => {
    const { caseIncident } = type;
    if (caseIncident === undefined) throw new Error(`${id} does not say how`);
    for (const fields of [null, FIELDS_OF_CONNECTOR]) {
      const theCase = { ...CASE, connector: { ...CASE.connector, fields } };
      const push = pushOf({ theCase, attachments: [], last: undefined, url: undefined }, caseIncident);
      const run = { subAction: 'pushToService', subActionParams: push };
      const { subActionParams } = validateParams(type, run, validation) as typeof run;
      type.subActions?.pushToService?.parse(subActionParams);
      expect(Object.values(push.incident)).toContain('Disk is full');
    }
  });

  it('has an introduction and a page', () => {
    const name = `${id.slice(1)}.md`;
    expect(globSync(join(import.meta.dirname, '*', name))).toHaveLength(1);
    expect(existsSync(join(import.meta.dirname, '../../../docs/connectors', name))).toBe(true);
  });
});

it('every type that clients know is there', () => {
  const ids = new Set(connectorTypes.map(({ id }) => id));
  expect(Object.keys(KNOWN).filter((id) => !ids.has(id))).toEqual([]);
});

it('no two types have the same id', () => {
  const ids = connectorTypes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

function exampleOf({ id, example }: ConnectorType) {
  if (example === undefined) throw new Error(`${id} has no example`);
  return example;
}

interface Schema {
  title?: string;
  const?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** Paths of fields without a title. What tells alternatives apart, or holds sub-action params, is no field of a form. */
function untitled(schema: object, path = ''): string[] {
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema as Schema;
  const inside = [...anyOf, ...oneOf, ...allOf].flatMap((choice) => untitled(choice, path));
  const own = Object.entries(properties).flatMap(([name, field]) => [
    ...(field.title !== undefined || name.startsWith('subAction') || field.const !== undefined
      ? []
      : [path + name]),
    ...untitled(field, `${path}${name}.`),
  ]);
  return [...inside, ...own, ...(items === undefined ? [] : untitled(items, `${path}[].`))];
}
