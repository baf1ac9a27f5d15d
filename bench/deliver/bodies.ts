/** What is delivered: as much as Alertmanager tells of one alert. */
export function alertBody(index: number): string {
  return JSON.stringify({
    version: '4',
    groupKey: `{}/{}:{alertname="DiskFull", instance="host-${index}"}`,
    status: 'firing',
    receiver: 'bench',
    groupLabels: { alertname: 'DiskFull', instance: `host-${index}` },
    commonLabels: { alertname: 'DiskFull', instance: `host-${index}` },
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example:9093',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'DiskFull', instance: `host-${index}` },
        annotations: {},
        startsAt: '2026-11-25T00:00:00.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: '4b2fbd2a9b6e8e5d',
      },
    ],
    truncatedAlerts: 0,
  });
}
