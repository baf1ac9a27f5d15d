import type { Connector, ListedConnector, TypeRegistry, TypeState } from '@patchbay/engine/catalog';
import type { ActionResult } from '@patchbay/kit';

/** A connector as the API shows it. Its secrets are in no answer. */
export function connectorAnswer(connector: Connector, types: TypeRegistry) {
  const { id, name, typeId, config, origin, isMissingSecrets, authMode, exposesConfig } = connector;
  const type = types.find(typeId);
  return {
    id,
    name,
    ...(exposesConfig && { config }),
    connector_type_id: typeId,
    is_preconfigured: origin === 'preconfigured',
    is_deprecated: type?.isConnectorDeprecated?.(config) ?? false,
    ...(origin === 'stored' && { is_missing_secrets: isMissingSecrets }),
    is_system_action: origin === 'system',
    is_connector_type_deprecated: type?.isDeprecated ?? false,
    auth_mode: authMode,
  };
}

export function listedConnectorAnswer(connector: ListedConnector, types: TypeRegistry) {
  return { ...connectorAnswer(connector, types), referenced_by_count: connector.referencedByCount };
}

export function connectorTypeAnswer({ type, isEnabledInConfig, isEnabledInLicense }: TypeState) {
  return {
    id: type.id,
    name: type.name,
    enabled: isEnabledInConfig && isEnabledInLicense,
    enabled_in_config: isEnabledInConfig,
    enabled_in_license: isEnabledInLicense,
    minimum_license_required: type.minimumLicense,
    supported_feature_ids: type.features,
    is_system_action_type: type.isSystemActionType ?? false,
    sub_feature: type.subFeature,
    is_deprecated: type.isDeprecated ?? false,
    allow_multiple_system_actions: type.allowMultipleSystemActions,
    source: type.source ?? 'stack',
    description: type.description,
    is_experimental: type.isExperimental,
  };
}

/** `errorSource` keeps its camel case, as in the reference. */
export function resultAnswer({
  actionId,
  status,
  data,
  message,
  serviceMessage,
  retry,
  errorSource,
}: ActionResult) {
  return {
    connector_id: actionId,
    status,
    data,
    message,
    service_message: serviceMessage,
    retry,
    errorSource,
  };
}
