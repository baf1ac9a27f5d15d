import type { OperatorSettings } from '../action-context.ts';

/** Parts of the settings that differ from their defaults. */
export type SettingsOverrides = {
  [Group in keyof OperatorSettings]?: OperatorSettings[Group] extends
    | ReadonlySet<unknown>
    | string
    | undefined
    ? OperatorSettings[Group]
    : Partial<OperatorSettings[Group]>;
};

/** The settings of an operator who set nothing, but for these. */
export function operatorSettings(overrides: SettingsOverrides = {}): OperatorSettings {
  return {
    webhook: { ssl: { pfx: { enabled: true } }, ...overrides.webhook },
    email: {
      domainAllowlist: undefined,
      recipientAllowlist: undefined,
      enabledServices: ['*'],
      ses: undefined,
      maximumBodyLength: 25_000_000,
      hasFooter: true,
      ...overrides.email,
    },
    microsoft: {
      exchangeUrl: 'https://login.microsoftonline.com',
      graphApiUrl: 'https://graph.microsoft.com/v1.0',
      graphApiScope: 'https://graph.microsoft.com/.default',
      ...overrides.microsoft,
    },
    experimentalFeatures: overrides.experimentalFeatures ?? new Set(['crowdstrikeConnectorRTROn']),
    maxPayloadBytes: overrides.maxPayloadBytes ?? 20 * 1024 ** 2,
    publicBaseUrl: overrides.publicBaseUrl,
  };
}
