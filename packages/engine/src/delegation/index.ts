export { type ElasticsearchDirectoryOptions, elasticsearchDirectory } from './elasticsearch-directory.ts';
