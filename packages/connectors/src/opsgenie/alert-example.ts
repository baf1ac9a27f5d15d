import type { ConnectorExample } from '@patchbay/kit';

/** An alert that is created, and closed by the same alias. */
export const alertExample = (apiUrl: string): ConnectorExample => ({
  name: 'On-call team',
  config: { apiUrl },
  secrets: { apiKey: '00000000-1111-2222-3333-444444444444' },
  params: [
    {
      subAction: 'createAlert',
      subActionParams: { message: 'Disk is full on host-1', alias: 'disk-host-1', priority: 'P2' },
    },
    { subAction: 'closeAlert', subActionParams: { alias: 'disk-host-1', note: 'Recovered' } },
  ],
});
