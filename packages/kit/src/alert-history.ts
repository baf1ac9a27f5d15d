/** The reserved id of the connector that `xpack.actions.preconfiguredAlertHistoryEsIndex` adds. */
export const ALERT_HISTORY_CONNECTOR_ID = 'preconfigured-alert-history-es-index';

/** How the names of alert-history indices begin. */
export const ALERT_HISTORY_PREFIX = 'kibana-alert-history-';
