/** The same, and `end` once nobody reads on, for whatever reason. */
export async function* endingWith<T>(end: () => Promise<void>, values: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* values;
  } finally {
    await end();
  }
}
