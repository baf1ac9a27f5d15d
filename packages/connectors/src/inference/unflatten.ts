type Fields = Record<string, unknown>;

/** Keys that are dotted paths become nested objects: `{ 'a.b': 1 }` is `{ a: { b: 1 } }`. */
export function unflatten(flat: Fields): Fields {
  const root = fields();
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let parent = root;
    for (const name of names) {
      const child = parent[name];
      parent[name] = isFields(child) ? child : fields();
      parent = parent[name] as Fields;
    }
    parent[last] = copied(value);
  }
  return root;
}

/** Without a prototype: any key is a key. */
const fields = (): Fields => Object.create(null);

function copied(value: unknown): unknown {
  return isFields(value) ? Object.assign(fields(), value) : value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
