/** The configured nodes, asked in turn. */
export interface Hosts {
  /** All of them in the order in which one request tries them. */
  inTurn(): string[];
  /** A host that could not be reached is tried last for a while. */
  failed(host: string): void;
}

const REST_MS = 30_000;

export function createHosts(urls: readonly string[], now: () => Date): Hosts {
  const failedAt = new Map<string, number>();
  let next = 0;
  const isResting = (host: string) => now().getTime() - (failedAt.get(host) ?? -REST_MS) < REST_MS;
  return {
    inTurn() {
      const from = next % urls.length;
      next = from + 1;
      const turned = [...urls.slice(from), ...urls.slice(0, from)];
      return [...turned.filter((host) => !isResting(host)), ...turned.filter(isResting)];
    },
    failed(host) {
      failedAt.set(host, now().getTime());
    },
  };
}
