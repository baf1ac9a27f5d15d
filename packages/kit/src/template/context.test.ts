import { describe, expect, it } from 'vitest';
import { renderTemplate } from './render.ts';
import { prepareVariables } from './variables.ts';

const render = (template: string) =>
  renderTemplate(template, prepareVariables({ list: [1], s: 'text', o: { a: 1 } }), 'none');

describe('a template', () => {
  it.each([
    '{{constructor}}',
    '{{__proto__}}',
    '{{o.constructor.name}}',
    '{{s.constructor.name}}',
    '{{list.__proto__.length}}',
    '{{#__proto__}}found{{/__proto__}}',
    '{{#o}}{{constructor}}{{#__proto__}}found{{/__proto__}}{{/o}}',
    '{{#constructor.prototype}}found{{/constructor.prototype}}',
  ])('finds nothing at %s', (template) => {
    expect(render(template)).toBe('');
  });

  it.each([
    '{{#__proto__}}{{list.push}}{{/__proto__}}',
    '{{#o}}{{#__proto__}}{{list.push}}{{/__proto__}}{{/o}}',
    '{{#list.__proto__.__proto__}}{{list.push}}{{/list.__proto__.__proto__}}',
    '{{#s.constructor.prototype.__proto__}}{{list.push}}{{/s.constructor.prototype.__proto__}}',
  ])('cannot change what all objects share: %s', (template) => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    render(template);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });
});
