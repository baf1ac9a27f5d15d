export { withOwnTypes } from './load-types.ts';
