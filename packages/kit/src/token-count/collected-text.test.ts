import { expect, it } from 'vitest';
import { collectedText } from './collected-text.ts';

it('is its pieces in their order, however many', () => {
  const collected = collectedText();
  expect(collected.text()).toBe('');
  const words = Array.from({ length: 5000 }, (_, index) => `${index} `);
  for (const word of words) collected.add(word);
  expect(collected.text()).toBe(words.join(''));
});

it('is nothing once it has grown too long', () => {
  const collected = collectedText(5);
  collected.add('12345');
  expect(collected.text()).toBe('12345');
  expect(collected.isLost()).toBe(false);
  collected.add('6');
  expect(collected.text()).toBeUndefined();
  expect(collected.isLost()).toBe(true);
  collected.add('7');
  expect(collected.text()).toBeUndefined();
});
