import { ensureAllowed, messageOf, type ValidationContext } from '@patchbay/kit';
import type { Config, Secrets } from './schema.ts';

// The checks past the schemas, in the reference's order: the first that fails is the answer.

export function validateConfig({ configUrl, usesBasic }: Config, { allowedHosts }: ValidationContext): void {
  if (!usesBasic || !configUrl) return;
  try {
    new URL(configUrl);
  } catch (cause) {
    throw new Error(`Error configuring xMatters action: unable to parse url: ${messageOf(cause)}`, { cause });
  }
  ensureAllowed(configUrl, allowedHosts, 'Error configuring xMatters action');
}

export function validateSecrets(
  { user, password, secretsUrl }: Secrets,
  { allowedHosts }: ValidationContext,
): void {
  if (!secretsUrl) {
    if (!user && !password) refuse('Provide either secretsUrl link or user/password to authenticate');
    if (!user || !password) refuse('Both user and password must be specified.');
    return;
  }
  if (user || password) {
    refuse(
      'Cannot use user/password for URL authentication. Provide valid secretsUrl or use Basic Authentication.',
    );
  }
  if (!URL.canParse(secretsUrl)) refuse('Invalid secretsUrl: TypeError: Invalid URL');
  allowedHosts.ensureUrlAllowed(secretsUrl);
}

export function validateConnector({ config, secrets }: { config: Config; secrets: Secrets }): void {
  const { user, password, secretsUrl } = secrets;
  if (config.usesBasic) {
    if (secretsUrl) refuse('secretsUrl should not be provided when usesBasic is true');
    if (!user) refuse('Provide valid Username');
    if (!password) refuse('Provide valid Password');
    if (!config.configUrl) refuse('Provide valid configUrl');
    return;
  }
  if (user || password) refuse('Username and password should not be provided when usesBasic is false');
  if (config.configUrl) refuse('configUrl should not be provided when usesBasic is false');
  if (!secretsUrl) refuse('Provide valid secretsUrl with API Key');
}

function refuse(reason: string): never {
  throw new Error(reason);
}
