import type { ConnectorType } from '@patchbay/kit';
import { abuseipdb } from './abuseipdb/abuseipdb.ts';
import { alienvaultOtx } from './alienvault-otx/alienvault-otx.ts';
import { bedrock } from './bedrock/bedrock.ts';
import { braveSearch } from './brave-search/brave-search.ts';
import { cases } from './cases/cases.ts';
import { casesWebhook } from './cases-webhook/cases-webhook.ts';
import { crowdstrike } from './crowdstrike/crowdstrike.ts';
import { d3security } from './d3security/d3security.ts';
import { email } from './email/email.ts';
import { gemini } from './gemini/gemini.ts';
import { genAi } from './gen-ai/gen-ai.ts';
import { github } from './github/github.ts';
import { greynoise } from './greynoise/greynoise.ts';
import { http } from './http/http.ts';
import { indexDocuments } from './index-documents/index-documents.ts';
import { inference } from './inference/inference.ts';
import { jira } from './jira/jira.ts';
import { jiraCloud } from './jira-cloud/jira-cloud.ts';
import { mcp } from './mcp/mcp.ts';
import { microsoftDefenderEndpoint } from './microsoft-defender-endpoint/microsoft-defender-endpoint.ts';
import { notion } from './notion/notion.ts';
import { observabilityAiAssistant } from './observability-ai-assistant/observability-ai-assistant.ts';
import { jiraServiceManagement } from './opsgenie/jira-service-management.ts';
import { opsgenie } from './opsgenie/opsgenie.ts';
import { pagerduty } from './pagerduty/pagerduty.ts';
import { resilient } from './resilient/resilient.ts';
import { sentinelone } from './sentinelone/sentinelone.ts';
import { serverLog } from './server-log/server-log.ts';
import { servicenow } from './servicenow/servicenow.ts';
import { servicenowItom } from './servicenow/servicenow-itom.ts';
import { servicenowSir } from './servicenow/servicenow-sir.ts';
import { shodan } from './shodan/shodan.ts';
import { slack } from './slack/slack.ts';
import { slackApi } from './slack/slack-api.ts';
import { swimlane } from './swimlane/swimlane.ts';
import { teams } from './teams/teams.ts';
import { thehive } from './thehive/thehive.ts';
import { tines } from './tines/tines.ts';
import { torq } from './torq/torq.ts';
import { virustotal } from './virustotal/virustotal.ts';
import { webhook } from './webhook/webhook.ts';
import { xmatters } from './xmatters/xmatters.ts';
import { xsoar } from './xsoar/xsoar.ts';
import { zendesk } from './zendesk/zendesk.ts';

/** The built-in connector types, in the order in which the API lists them. One folder and one line each. */
export const connectorTypes: readonly ConnectorType[] = [
  abuseipdb,
  alienvaultOtx,
  bedrock,
  braveSearch,
  cases,
  casesWebhook,
  crowdstrike,
  d3security,
  email,
  gemini,
  genAi,
  github,
  greynoise,
  http,
  indexDocuments,
  inference,
  jira,
  jiraCloud,
  jiraServiceManagement,
  mcp,
  microsoftDefenderEndpoint,
  notion,
  observabilityAiAssistant,
  opsgenie,
  pagerduty,
  resilient,
  sentinelone,
  serverLog,
  servicenow,
  servicenowItom,
  servicenowSir,
  shodan,
  slack,
  slackApi,
  swimlane,
  teams,
  thehive,
  tines,
  torq,
  virustotal,
  webhook,
  xmatters,
  xsoar,
  zendesk,
];
