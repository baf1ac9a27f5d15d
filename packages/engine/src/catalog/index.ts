export {
  type Catalog,
  type CatalogOptions,
  createCatalog,
  type NewConnector,
  type ResolvedConnector,
  type ShownConnectorSettings,
  type WholeConnector,
} from './catalog.ts';
export type { Connector, ListedConnector } from './connector.ts';
export { OPEN_ACCESS, readPreconfiguredAccess } from './connector-access.ts';
export {
  type ConnectorSettings,
  connectorSettings,
  type OpenConnectorSettings,
} from './connector-settings.ts';
export { type DeliverySettings, NO_DELIVERY_SETTINGS, type StandIn } from './delivery-settings.ts';
export { connectorDescriptor, settingsDescriptor } from './descriptors.ts';
export type { PlacedConnector } from './place-connectors.ts';
export { readPreconfiguredSettings } from './preconfigured-settings.ts';
export { createTypeRegistry, type TypeRegistry, type TypeState } from './type-registry.ts';
