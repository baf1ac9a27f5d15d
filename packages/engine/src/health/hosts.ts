/** The hosts that a connector's config names, in lower case. Those in its secrets are told by nobody. */
export function hostsIn(config: unknown): string[] {
  const hosts = new Set<string>();
  const look = (value: unknown) => {
    if (typeof value === 'string') {
      const url = /^https?:/i.test(value) ? URL.parse(value) : null;
      if (url !== null) hosts.add(url.hostname);
    } else if (value !== null && typeof value === 'object') Object.values(value).forEach(look);
  };
  look(config);
  return [...hosts];
}
