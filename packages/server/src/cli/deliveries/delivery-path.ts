export const DELIVERIES = '/api/patchbay/deliveries';

export function deliveryPath(id: string): string {
  return `${DELIVERIES}/${encodeURIComponent(id)}`;
}
