import type { LineCounter, YAMLParseError } from 'yaml';

/** What is wrong with a YAML text, by place. The parser's own words quote the text, and with it what should be secret. */
export function yamlProblems(
  errors: readonly Pick<YAMLParseError, 'code' | 'pos'>[],
  lineCounter: LineCounter,
): string[] {
  return errors.map(({ code, pos }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    return `line ${line}, column ${col}: ${code.toLowerCase().replaceAll('_', ' ')}`;
  });
}
