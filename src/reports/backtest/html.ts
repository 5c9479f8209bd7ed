/** Markup that can be inserted into the page without escaping. */
export interface Html {
  readonly markup: string;
}

/** `null` and `false` render nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | null | false;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text and quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** Template tag that escapes every value unless it is Html. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { markup: strings.map((text, i) => (i === 0 ? text : markupOf(values[i - 1]!) + text)).join('') };
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('markup' in value) return value.markup;
  return value.map(({ markup }) => markup).join('\n');
}

/** JSON in a script element that is not executed. `<` is escaped, so the data cannot end the element or start a comment. */
export function jsonElement(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return { markup: `<script type="application/json" id="${escapeHtml(id)}">${json}</script>` };
}

/**
 * A style or script element with exactly this text, as the hash in the content security policy requires.
 * @throws SyntaxError for a text that would end the element.
 */
export function inlineElement(tag: 'script' | 'style', text: string): Html {
  if (new RegExp(`</${tag}|<!--`, 'i').test(text)) throw new SyntaxError(`a ${tag} must not contain </${tag} or <!--`);
  return { markup: `<${tag}>${text}</${tag}>` };
}
