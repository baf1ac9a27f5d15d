export { createAlertHistoryTemplate } from './alert-history-template.ts';
export { createElasticsearch, type ElasticsearchClient } from './elasticsearch.ts';
export { type ElasticsearchOptions, elasticsearchOptions, withoutCredentials } from './options.ts';
