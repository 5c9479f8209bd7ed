import { describe, expect, it } from 'vitest';
import { html, inlineElement, jsonElement } from '../../../../src/reports/backtest/html.ts';

const HOSTILE = `"><script>alert('&')</script>`;

describe('html', () => {
  // Under its own name the formatter would put line breaks between the tags.
  const made = html;
  it('escapes every value in text and attributes', () => {
    const { markup } = made`<a title="${HOSTILE}">${HOSTILE}</a>`;
    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;';
    expect(markup).toBe(`<a title="${escaped}">${escaped}</a>`);
  });
  it('inserts Html and lists of it unchanged, and numbers; null and false render nothing', () => {
    const items = ['<', 'b'].map((text) => made`<li>${text}</li>`);
    expect(made`<ul>${items}</ul>${made`<br>`}${1.5}${null}${false}`.markup).toBe(
      '<ul><li>&lt;</li>\n<li>b</li></ul><br>1.5',
    );
  });
});

describe('jsonElement', () => {
  it('cannot be ended by its content, and parses to the same value', () => {
    const value = { text: `${HOSTILE}<!--` };
    const { markup } = jsonElement('data', value);
    const inside = /^<script type="application\/json" id="data">(.*)<\/script>$/.exec(markup)![1]!;
    expect(inside).not.toContain('<');
    expect(JSON.parse(inside)).toEqual(value);
  });
});

describe('inlineElement', () => {
  it('contains exactly the text', () => {
    expect(inlineElement('style', 'a > b {}').markup).toBe('<style>a > b {}</style>');
  });
  it.each([
    ['script', '</SCRIPT>'],
    ['script', '<!-- '],
    ['style', '</style'],
  ] as const)('refuses a %s that holds %s', (tag, text) => {
    expect(() => inlineElement(tag, text)).toThrow(SyntaxError);
  });
});
