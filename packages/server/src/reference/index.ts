export { connectorPage, connectorsPage } from './connector-page.ts';
