import type { RunParams } from './schema.ts';

/** What Cases takes, and what of it the reference leaves to a rule's name. In characters. */
const TITLE_MAX = 160;
const RULE_NAME_MAX = 100;
const TAGS_MAX = 200;
const TAG_MAX = 256;

type Grouping = Readonly<Record<string, unknown>>;
type Rule = RunParams['rule'];

export function titleOf({ name }: Pick<Rule, 'name'>, grouping: Grouping, counter: number): string {
  const ruleName = cut(name, RULE_NAME_MAX);
  const end = `${counter > 1 ? ` (${counter})` : ''} (Auto-created)`;
  const values = flattened(grouping).map(([, value]) => textOf(value));
  if (values.length === 0) return `${ruleName}${end}`;
  const start = `${ruleName} - Grouping by `;
  return `${start}${cut(values.join(' & '), TITLE_MAX - start.length - end.length)}${end}`;
}

/** Markdown. */
export function descriptionOf({ name, ruleUrl }: Pick<Rule, 'name' | 'ruleUrl'>, grouping: Grouping): string {
  const rule = ruleUrl === null ? name : `['${name}'](${ruleUrl})`;
  const fields = flattened(grouping).map(([field, value]) => codeSpan(`${field}: ${textOf(value)}`));
  const groupedBy = fields.length === 0 ? '' : ` Its alerts have ${fields.join(' and ')}.`;
  return `Opened automatically by the rule ${rule}.${groupedBy}`;
}

export function tagsOf(
  { id, tags }: Pick<Rule, 'id' | 'tags'>,
  grouping: Grouping,
  ofTemplate: readonly string[],
) {
  const ofGrouping = flattened(grouping).flatMap(([field, value]) => [field, `${field}:${textOf(value)}`]);
  return (
    ['auto-generated', `rule:${id}`, ...ofGrouping, ...tags, ...ofTemplate]
      // Cases takes no empty ones, and for one of a rule it would refuse them all.
      .filter((tag) => tag.trim() !== '')
      .slice(0, TAGS_MAX)
      .map((tag) => tag.slice(0, TAG_MAX))
  );
}

/** Fields by their dotted names. Lists stay whole. */
function flattened(grouping: Grouping, prefix = ''): [field: string, value: unknown][] {
  return Object.entries(grouping).flatMap(([key, value]): [string, unknown][] => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? flattened(value as Grouping, `${prefix}${key}.`) : [[`${prefix}${key}`, value]];
  });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 3)}...` : text;
}

/** Fenced so that no value ends it. https://spec.commonmark.org/0.31.2/#code-spans */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return `\`${text}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}
