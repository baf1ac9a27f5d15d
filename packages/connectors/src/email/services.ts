import type { OperatorSettings, SmtpConnection, SmtpServer } from '@patchbay/kit';
import wellKnown from 'nodemailer/lib/well-known';
import type { Config, Secrets } from './schema.ts';

/** Composes the mail and gives it back: for tests. */
export const JSON_SERVICE = '__json';
/** Microsoft Graph in place of SMTP. */
export const EXCHANGE = 'exchange_server';
export const ELASTIC_CLOUD = 'elastic_cloud';

/** What `xpack.actions.email.services.enabled` calls them. Other services are always enabled. */
export const SETTING_NAMES: ReadonlyMap<string, string> = new Map([
  ['other', 'other'],
  ['gmail', 'google-mail'],
  ['outlook365', 'microsoft-outlook'],
  ['ses', 'amazon-ses'],
  [ELASTIC_CLOUD, 'elastic-cloud'],
  [EXCHANGE, 'microsoft-exchange'],
]);

/** Where mail is handed over. What is not said is the library's own way. */
export interface MailServer extends Omit<SmtpServer, 'acceptsAnyCertificate'> {
  authMethod?: string | undefined;
  startTls?: SmtpConnection['startTls'] | undefined;
}

/** Elastic Cloud's own relay, which only its machines can reach. */
const ELASTIC_CLOUD_RELAY: MailServer = {
  host: 'dockerhost',
  port: 10025,
  isSecure: false,
  isWellKnown: false,
};

const SMTPS_PORT = 465;

/** The mail server of an SMTP service; undefined: nobody knows the service. */
export function mailServer(
  { service, host, port, secure }: Config,
  { ses }: OperatorSettings['email'],
): MailServer | undefined {
  if (service === ELASTIC_CLOUD) return ELASTIC_CLOUD_RELAY;
  if (service === 'ses' && ses !== undefined) return { ...ses, isSecure: true, isWellKnown: false };
  if (service !== 'other') return wellKnownServer(service);
  if (host === null || port === null) return undefined;
  return { host, port, isSecure: secure ?? port === SMTPS_PORT, isWellKnown: false };
}

/** https://nodemailer.com/smtp/well-known-services */
function wellKnownServer(name: string): MailServer | undefined {
  const entry = wellKnown(name);
  // The library looks names up in a plain object, which has more than its own.
  if (typeof entry !== 'object') return undefined;
  const { host = 'localhost', secure = false, port, authMethod, requireTLS, ignoreTLS } = entry;
  return {
    host,
    port: Number(port ?? (secure ? SMTPS_PORT : 587)),
    isSecure: secure,
    isWellKnown: true,
    authMethod,
    startTls: requireTLS ? 'always' : ignoreTLS ? 'never' : undefined,
  };
}

/** Whom to log in as; undefined: nobody. */
export function credentialsOf(
  { hasAuth }: Config,
  { user, password }: Secrets,
): { user: string; pass: string } | undefined {
  return hasAuth && user !== null && password !== null ? { user, pass: password } : undefined;
}
