import { METRICS, type MetricDefinition } from './definitions.ts';

/** What prom-client tells of any Node process; some of it on Linux alone. */
const PROCESS_METRICS: Readonly<Record<string, string>> = {
  process_cpu_user_seconds_total: 'CPU time in user space.',
  process_cpu_system_seconds_total: 'CPU time in the kernel.',
  process_cpu_seconds_total: 'Both together.',
  process_start_time_seconds: 'When the process started, in seconds since 1970.',
  process_resident_memory_bytes: 'Resident memory.',
  process_virtual_memory_bytes: 'Virtual memory.',
  process_heap_bytes: 'The size of the data segment.',
  process_open_fds: 'Open file descriptors.',
  process_max_fds: 'How many there may be.',
  nodejs_eventloop_lag_seconds: 'How late the event loop is at this moment.',
  nodejs_eventloop_lag_min_seconds: 'The least since the last scrape.',
  nodejs_eventloop_lag_max_seconds: 'The most.',
  nodejs_eventloop_lag_mean_seconds: 'The mean.',
  nodejs_eventloop_lag_stddev_seconds: 'The standard deviation.',
  nodejs_eventloop_lag_p50_seconds: 'The median.',
  nodejs_eventloop_lag_p90_seconds: 'The 90th percentile.',
  nodejs_eventloop_lag_p99_seconds: 'The 99th percentile.',
  nodejs_active_resources: 'What keeps the event loop alive, by kind.',
  nodejs_active_resources_total: 'The same in all.',
  nodejs_active_handles: 'Active handles, by kind.',
  nodejs_active_handles_total: 'The same in all.',
  nodejs_active_requests: 'Active requests of libuv, by kind.',
  nodejs_active_requests_total: 'The same in all.',
  nodejs_heap_size_total_bytes: 'The heap’s size.',
  nodejs_heap_size_used_bytes: 'What of it is used.',
  nodejs_external_memory_bytes: 'Memory outside the heap.',
  nodejs_heap_space_size_total_bytes: 'The size of a space of the heap.',
  nodejs_heap_space_size_used_bytes: 'What of it is used.',
  nodejs_heap_space_size_available_bytes: 'What of it is free.',
  nodejs_version_info: 'Always 1; the version of Node is in the labels.',
  nodejs_gc_duration_seconds: 'Garbage collections, by kind (histogram).',
};

/** The page that lists every metric, in Markdown. */
export function metricsReference(): string {
  const all: MetricDefinition[] = Object.values(METRICS);
  return `# Metrics

Generated from the metrics' definitions by \`npm run docs\`.

\`GET /metrics\` answers in Prometheus' text format. A dashboard and alert rules that use it are in [\`deploy/\`](../deploy/README.md).

## Who may read it

A user or an API key with \`read\` for the feature \`actions\` in all spaces (\`"spaces": ["*"]\`), since connectors of all spaces are named; or
anybody, with \`patchbay.metrics.allowAnonymous: true\`. With \`patchbay.metrics.port\` it has a port of its own too, in plain HTTP, which asks nobody
who they are: for a network where only Prometheus is.

\`\`\`yaml
# prometheus.yml
scrape_configs:
  - job_name: patchbay
    authorization: {type: ApiKey, credentials_file: /etc/prometheus/patchbay.key}   # the \`encoded\` form of an API key
    static_configs: [{targets: ["patchbay.example:5601"]}]
\`\`\`

\`patchbay.metrics.enabled: false\` ends it: nothing is counted then.

## Labels

| label | what it is | bound |
| --- | --- | --- |
| \`type\` | the connector type, such as \`.slack\` | the types that there are |
| \`connector_id\`, \`space\` | the connector, unique over all spaces, and the space of the run or delivery | \`patchbay.metrics.maxConnectors\`, then \`_other\`; both are left out with \`patchbay.metrics.connectorLabels: false\` |
| \`host\` | the host that a request went to: no port, no path, no credentials | 200, then \`_other\` |
| \`route\` | the route as the API's document has it; \`_none\` for what is none | the routes that there are |

No label and no value comes from a secret, a config, params or an answer.

## Several processes

Each process counts what it has done itself: such a metric (**process**) is summed over the processes, and starts again at 0 with each
of them. What is asked of the database (**store**) is the same whichever process is asked: take the \`max\` over the processes, never the sum.
A scrape costs the store a few queries, by the connectors that have something queued and not by how much that is.

## Patchbay's own

| metric | type | labels | of | what it tells |
| --- | --- | --- | --- | --- |
${all.map(row).join('\n')}

Buckets: ${all
    .filter(({ buckets }) => buckets !== undefined)
    .map(({ name, buckets = [] }) => `\`${name}\` ${buckets.join(', ')}`)
    .join('; ')} (seconds).

## Of the process

What [prom-client](https://github.com/siimon/prom-client) tells of any Node process; some of it on Linux only.

| metric | what it tells |
| --- | --- |
${Object.entries(PROCESS_METRICS)
  .map(([name, help]) => `| \`${name}\` | ${help} |`)
  .join('\n')}
`;
}

function row({ name, type, labels, of, help }: MetricDefinition): string {
  const named = labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} | ${named} | ${of} | ${help} |`;
}
