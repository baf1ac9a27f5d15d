export { type EnginesOnPostgres, enginesOnPostgres } from './engines-on-postgres.ts';
export { type PostgresServer, startPostgres } from './server.ts';
export { describeOnPostgres, type TestDatabase, testDatabase } from './test-database.ts';
