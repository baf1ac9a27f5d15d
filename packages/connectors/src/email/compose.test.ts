import { hostileText, operatorSettings, type SettingsOverrides } from '@patchbay/kit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeParts } from './compose.ts';
import { loadMarkdown } from './markdown.ts';
import { params as schema } from './schema.ts';

const renderMarkdown = await loadMarkdown();
const NO_FOOTER = { email: { hasFooter: false } };

function compose(given: Record<string, unknown>, settings: SettingsOverrides = NO_FOOTER) {
  const warnings: string[] = [];
  const parts = composeParts(
    schema.parse({ to: ['a@b.example'], subject: 's', message: 'm', ...given }),
    operatorSettings(settings),
    { connectorId: 'mail', renderMarkdown, warn: (message) => void warnings.push(message) },
  );
  return { ...parts, warnings };
}

describe('the footer', () => {
  const base = { publicBaseUrl: 'https://localhost:5601' };
  it.each([
    [{}, {}, 'm\n\n---\n\nThis message was sent by Elastic.'],
    [{}, base, 'm\n\n---\n\nThis message was sent by Elastic. [Go to Elastic](https://localhost:5601).'],
    [
      { kibanaFooterLink: { path: '/my/path', text: 'View my path in Elastic' } },
      base,
      'm\n\n---\n\nThis message was sent by Elastic. [View my path in Elastic](https://localhost:5601/my/path).',
    ],
    [{}, { ...base, ...NO_FOOTER }, 'm'],
    [{ message: '' }, {}, '\n\n---\n\nThis message was sent by Elastic.'],
    [{ message: '' }, NO_FOOTER, 'no message set'],
  ])('of %j under %j', (given, settings, text) => {
    expect(compose(given, settings).text).toBe(text);
  });

  it('is in the HTML that is made, and not in the HTML that is given', () => {
    expect(compose({}, base).html).toBe(
      '<p>m</p>\n<hr>\n<p>This message was sent by Elastic. <a href="https://localhost:5601">Go to Elastic</a>.</p>\n',
    );
    const given = compose({ messageHTML: '<b>x</b>' }, base);
    expect(given.html).toBe('<b>x</b>');
    expect(given.text).toContain('This message was sent');
  });
});

describe('a message that is too long', () => {
  const notice = (length: number, max: number) =>
    `Your message's length of ${length} exceeded the ${max} bytes limit that is set for the connector "mail" and was trimmed. You can modify the limit by increasing the value specified for the xpack.actions.email.maximum_body_length setting.`;
  const max = (maximumBodyLength: number) => ({ email: { hasFooter: false, maximumBodyLength } });

  it.each([
    [9, 10, undefined],
    [10, 10, 10],
    [20_000, 10_000, 10_000],
    [5, 0, 0],
  ])('of %i where %i are allowed is kept or cut to %s', (length, allowed, kept) => {
    const { text, warnings } = compose({ message: 'x'.repeat(length) }, max(allowed));
    if (kept === undefined) {
      expect(text).toBe('x'.repeat(length));
      expect(warnings).toEqual([]);
    } else {
      expect(text).toBe(`${notice(length, allowed)}\n\n${'x'.repeat(kept)}`);
      expect(warnings).toEqual([
        `connector "mail" email parameter message length ${length} exceeds xpack.actions.email.maximum_body_length bytes (${allowed}) and has been trimmed`,
      ]);
    }
  });

  it('is cut in each of its two forms by itself', () => {
    const { text, html, warnings } = compose({ message: 'short', messageHTML: 'y'.repeat(30) }, max(20));
    expect(text).toBe('short');
    expect(html).toBe(`${notice(30, 20)}\n\n${'y'.repeat(20)}`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('parameter messageHTML length 30');
  });
});

describe('the HTML of a message', () => {
  it.each([
    ['**full**', '<p><strong>full</strong></p>\n'],
    [
      '_italic_ **bold** https://elastic.co link',
      '<p><em>italic</em> <strong>bold</strong> <a href="https://elastic.co">https://elastic.co</a> link</p>\n',
    ],
    ['a\nb', '<p>a\nb</p>\n'],
    ['~~a~~', '<p><s>a</s></p>\n'],
    [
      '|a|\n|-|\n|1|',
      '<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>\n',
    ],
    ['<b>x</b> & y', '<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>\n'],
    ['a@b.example', '<p><a href="mailto:a@b.example">a@b.example</a></p>\n'],
    ['[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>\n'],
  ])('%j is %j', (message, html) => {
    expect(compose({ message }).html).toBe(html);
  });

  it('is the message itself where it cannot be rendered', () => {
    const { html } = composeParts(
      schema.parse({ to: ['a@b.example'], subject: 's', message: '**m**' }),
      operatorSettings(NO_FOOTER),
      {
        connectorId: 'mail',
        renderMarkdown: () => {
          throw new Error('too deep');
        },
        warn: () => {},
      },
    );
    expect(html).toBe('**m**');
  });

  it('has no element that Markdown does not make', () => {
    const known =
      /^<\/?(p|em|strong|s|a|code|pre|h[1-6]|hr|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|br|img)[ >]/;
    fc.assert(
      fc.property(hostileText({ maxLength: 5000 }), (message) => {
        const { html } = compose({ message });
        for (const [tag] of html.matchAll(/<[^>]*>?/g)) expect(tag).toMatch(known);
        expect(html).not.toMatch(/<[^>]*(\son\w+=|javascript:)/i);
      }),
    );
  });
});
