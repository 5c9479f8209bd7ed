/** Markup that is safe to put into the page as it is. */
export interface Html {
  readonly markup: string;
}

/** `null` and `false` stand for nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | null | false;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** A template whose every value is escaped unless it was made by a template itself. */
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

/** JSON as a script element that is not run: nothing in it can end the element or begin a comment. */
export function jsonElement(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return { markup: `<script type="application/json" id="${escapeHtml(id)}">${json}</script>` };
}

/**
 * A style or script element around exactly this text, as the hash of a content security policy needs it.
 * @throws SyntaxError for a text that would end the element.
 */
export function inlineElement(tag: 'script' | 'style', text: string): Html {
  if (new RegExp(`</${tag}|<!--`, 'i').test(text)) throw new SyntaxError(`a ${tag} must not hold </${tag} or <!--`);
  return { markup: `<${tag}>${text}</${tag}>` };
}
