/** The name that TLS asks a server for: none without TLS, and none of an address. */
export function tlsServerName(url: string): string {
  const { protocol, hostname } = new URL(url);
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  return protocol === 'https:' && !isAddress ? hostname : '';
}
