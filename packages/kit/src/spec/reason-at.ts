import type { HttpResponse } from '../http/index.ts';

/** Reads a service's reason where its failures have it: the first of the places that holds a text. For `failureText`. */
export function reasonAt(
  ...places: readonly (readonly (string | number)[])[]
): (response: HttpResponse) => string | undefined {
  return (response) => {
    const data = response.data();
    return places.map((place) => at(data, place)).find((text) => text !== undefined);
  };
}

function at(data: unknown, place: readonly (string | number)[]): string | undefined {
  const found = place.reduce<unknown>(
    (inside, step) =>
      typeof inside === 'object' && inside !== null
        ? (inside as Record<string | number, unknown>)[step]
        : undefined,
    data,
  );
  return typeof found === 'string' && found !== '' ? found : undefined;
}
