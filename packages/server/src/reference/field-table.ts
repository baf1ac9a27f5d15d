import { alternatives, type Shape, withoutNull } from './json-schema.ts';

const HEAD = '| field | type | required | default | |\n| --- | --- | --- | --- | --- |\n';

/** Every field of an object, those inside it too, as a Markdown table. */
export function fieldTable(shape: Shape): string {
  const rows = rowsOf(shape, '');
  return rows.length === 0 ? 'None.\n' : `${HEAD}${rows.join('\n')}\n`;
}

function rowsOf(given: Shape, path: string): string[] {
  const { properties = {}, required = [] } = withoutNull(given);
  return Object.entries(properties).flatMap(([name, child]) => {
    const shape = withoutNull(child);
    const isRequired = required.includes(name) && child.default === undefined;
    const fallback = child.default === undefined ? '' : code(JSON.stringify(child.default));
    const row = `| ${code(path + name)} | ${typeOf(child)} | ${isRequired ? 'yes' : ''} | ${fallback} | ${textOf(child)} |`;
    const nested = shape.items ?? shape;
    const suffix = shape.items === undefined ? '.' : '[].';
    return [row, ...rowsOf(nested, `${path}${name}${suffix}`)];
  });
}

function textOf(shape: Shape): string {
  const { title, description, maxLength, maxItems } = { ...withoutNull(shape), ...shape };
  const limits = [
    maxLength !== undefined && `At most ${maxLength} characters.`,
    maxItems !== undefined && maxItems < Number.MAX_SAFE_INTEGER && `At most ${maxItems}.`,
  ].filter((limit) => limit !== false);
  const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
  return cell(
    [title, description]
      .filter((text) => text !== undefined)
      .map(sentence)
      .concat(limits)
      .join(' '),
  );
}

function typeOf(shape: Shape): string {
  const isNullable = (shape.anyOf ?? shape.oneOf ?? []).some(({ type }) => type === 'null');
  return nameOf(withoutNull(shape)) + (isNullable ? ' or null' : '');
}

function nameOf(shape: Shape): string {
  const choices = alternatives(shape);
  if (choices.length > 0) return [...new Set(choices.map(nameOf))].join(' or ');
  if (shape.const !== undefined) return code(JSON.stringify(shape.const));
  if (shape.enum !== undefined) {
    return shape.enum
      .map((value) => code(typeof value === 'string' ? value : JSON.stringify(value)))
      .join(', ');
  }
  if (shape.type === 'array')
    return `list of ${shape.items === undefined ? 'anything' : nameOf(withoutNull(shape.items))}`;
  return shape.type === undefined ? 'anything' : [shape.type].flat().join(' or ');
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

/** A pipe would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
