import type { ConnectorHealth, Window } from '@patchbay/engine/health';

export function connectorHealthAnswer(health: ConnectorHealth) {
  const { connector, lane, queue, windows } = health;
  const countOf = (state: string) => queue.find((one) => one.state === state)?.count ?? 0;
  return {
    id: connector.id,
    name: connector.name,
    connector_type_id: connector.typeId,
    is_preconfigured: connector.origin === 'preconfigured',
    is_missing_secrets: connector.isMissingSecrets,
    status: health.status,
    refusal: health.refusal,
    last_success: health.lastSuccess && runAnswer(health.lastSuccess),
    last_failure: health.lastFailure && runAnswer(health.lastFailure),
    windows: {
      '1h': windowAnswer(windows['1h']),
      '24h': windowAnswer(windows['24h']),
      '7d': windowAnswer(windows['7d']),
    },
    breaker: { state: lane.breaker, failures: lane.failures, failing_since: lane.failingSince },
    is_rate_limited: lane.holds.some(({ kind }) => kind === 'rate_limited' || kind === 'host_rate_limited'),
    holds: lane.holds,
    deliveries: {
      ready: countOf('ready'),
      blocked: countOf('blocked'),
      running: countOf('running'),
      dead: countOf('dead'),
      first_due_at: queue.find(({ state }) => state === 'ready')?.firstDueAt ?? null,
    },
    expiring: health.expiring.map(({ expiresAt, ...one }) => ({ ...one, expires_at: expiresAt })),
  };
}

function runAnswer({ at, executionUuid, reason }: NonNullable<ConnectorHealth['lastSuccess']>) {
  return { at, execution_uuid: executionUuid, reason };
}

function windowAnswer({ runs, failures, successRatio, latency }: Window) {
  return { runs, failures, success_ratio: successRatio, latency_ms: latency };
}
