import type { OperatorSettings, ValidationContext } from '@patchbay/kit';
import { addressProblem, isGiven } from './addresses.ts';
import type { Config, Params, Secrets } from './schema.ts';
import { ELASTIC_CLOUD, EXCHANGE, JSON_SERVICE, mailServer, SETTING_NAMES } from './services.ts';

export const NO_RECIPIENT = 'At least one entry in [to], [cc], or [bcc] is required';

/** The checks past the schema, in the reference's order: the first that fails is the answer. */
export function validateConfig(config: Config, { allowedHosts, settings }: ValidationContext): void {
  const { service, from, oauthTokenUrl, allowHtml } = config;
  const { enabledServices } = settings.email;
  const name = SETTING_NAMES.get(service);
  if (name !== undefined && !enabledServices.includes('*') && !enabledServices.includes(name))
    refuse(`[service]: "${name}" is not in the list of enabled email services: ${enabledServices.join(',')}`);
  const problem = addressProblem({ others: [from] }, settings.email);
  if (problem !== undefined) refuse(`[from]: ${problem}`);
  if (service === ELASTIC_CLOUD && allowHtml === true)
    refuse('[allowHtml]: cannot be true when [service] is "elastic_cloud"');
  if (oauthTokenUrl && !passes(() => allowedHosts.ensureUrlAllowed(oauthTokenUrl)))
    refuse(
      `[oauthTokenUrl]: host name value for '${oauthTokenUrl}' is not in the allowedHosts configuration`,
    );
  const isHostAllowed = (host: string) => passes(() => allowedHosts.ensureHostnameAllowed(host));
  if (service !== JSON_SERVICE) ensureReachable(config, settings.email, isHostAllowed);
}

/** Whether the service is told all that it takes to reach it, and may be reached. */
function ensureReachable(
  config: Config,
  settings: OperatorSettings['email'],
  isHostAllowed: (host: string) => boolean,
): void {
  const { service, host, port, clientId, tenantId } = config;
  if (service === EXCHANGE) {
    ensureGiven({ clientId, tenantId });
  } else if (service === 'ses' && settings.ses !== undefined) {
    ensureOperatorsSes(config, settings.ses);
  } else if (service === 'other') {
    ensureGiven({ host, port });
    if (!isHostAllowed(host ?? '')) refuse(`[host] value '${host}' is not in the allowedHosts configuration`);
  } else {
    const server = mailServer(config, settings);
    if (server === undefined) refuse(`[service] value '${service}' is not valid`);
    else if (!isHostAllowed(server.host))
      refuse(
        `[service] value '${service}' resolves to host '${server.host}' which is not in the allowedHosts configuration`,
      );
  }
}

/** Config and secrets beside each other. */
export function validateConnector({ config, secrets }: { config: Config; secrets: Secrets }): void {
  if (config.service === EXCHANGE) {
    if (!secrets.clientSecret) refuse('[clientSecret] is required');
    return;
  }
  if (!config.hasAuth) return;
  if (!secrets.user) refuse('[user] is required');
  if (!secrets.password) refuse('[password] is required');
}

/** Addresses that a template still stands in are left to the run. */
export function validateParams({ to, cc, bcc, replyTo }: Params, { settings }: ValidationContext): void {
  const recipients = [...to, ...cc, ...bcc].filter(isGiven);
  if (recipients.length === 0) refuse(NO_RECIPIENT);
  const problem = addressProblem(
    { recipients: recipients.filter(isRendered), others: replyTo?.filter(isGiven).filter(isRendered) ?? [] },
    settings.email,
  );
  if (problem !== undefined) refuse(`[to/cc/bcc${replyTo === undefined ? '' : '/replyTo'}]: ${problem}`);
}

function isRendered(text: string): boolean {
  const open = text.indexOf('{{');
  return open === -1 || !text.includes('}}', open);
}

/** Two fields that are asked for together. */
function ensureGiven(fields: Record<string, unknown>): void {
  const missing = Object.entries(fields).filter(([, value]) => value === null);
  if (missing.length > 0) refuse(`${missing.map(([name]) => `[${name}]`).join('/')} is required`);
}

function ensureOperatorsSes({ host, port, secure }: Config, ses: { host: string; port: number }): void {
  const wrong = [...(host === ses.host ? [] : ['host']), ...(port === ses.port ? [] : ['port'])];
  if (wrong.length > 0) {
    const names = wrong.map((name) => `[ses.${name}]`).join('/');
    const combination = wrong.length > 1 ? ' combination' : '';
    refuse(`${names} does not match with the configured AWS SES ${wrong.join('/')}${combination}`);
  }
  if (secure !== true) refuse('[ses.secure] must be true for AWS SES');
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function refuse(reason: string): never {
  throw new Error(reason);
}
