export {
  type Catalog,
  type CatalogOptions,
  createCatalog,
  type NewConnector,
  type ResolvedConnector,
} from './catalog.ts';
export { type Connector, isDeprecated, type ListedConnector } from './connector.ts';
export { createTypeRegistry, type TypeRegistry, type TypeState } from './type-registry.ts';
