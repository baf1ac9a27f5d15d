import { describe, expect, it } from 'vitest';
import { isDeprecated } from './connector.ts';

describe('isDeprecated', () => {
  it.each([
    ['.servicenow', {}, true],
    ['.servicenow', { usesTableApi: true }, true],
    ['.servicenow', { usesTableApi: false }, false],
    ['.servicenow-sir', {}, true],
    ['.servicenow-sir', { usesTableApi: false }, false],
    ['.servicenow-itom', {}, false],
    ['.slack', { usesTableApi: true }, false],
  ])('says of %s with %j: %s', (typeId, config, expected) => {
    expect(isDeprecated({ typeId, config })).toBe(expected);
  });
});
