/** Builds DOM nodes. Content is inserted as text nodes and attributes only, never as markup, to prevent injection. */

/** @typedef {Record<string, string | boolean | ((event: Event) => void)>} Attributes functions become listeners */
/** @typedef {Node | string | number | null} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...Child} children
 */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** @param {string} tag @param {Attributes} attributes @param {...Child} children */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** @template {Element} Kind @param {Kind} node @param {Attributes} attributes @param {Child[]} children */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false) node.setAttribute(name, value);
  }
  node.append(
    ...children.filter((child) => child !== null).map((child) => (child instanceof Node ? child : String(child))),
  );
  return node;
}

/** An element of the static page. @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id @param {...(Node | string)} children */
export function show(id, ...children) {
  byId(id).replaceChildren(...children);
}

/** Sets a badge. `tone` is good, warn, bad or empty. @param {string} id @param {string} text */
export function setBadge(id, text, tone = '') {
  const badge = byId(id);
  badge.textContent = text;
  badge.className = `badge ${tone}`.trim();
}

/** @param {string} text */
export const badge = (text, tone = '') => element('span', { class: `badge ${tone}`.trim() }, text);

/**
 * @template Row
 * @param {readonly {title: string, cell: (row: Row) => Node | string | number | null, number?: boolean, wide?: boolean, tight?: boolean}[]} columns
 *   `wide` columns are hidden on small screens, `tight` ones do not wrap
 * @param {readonly Row[]} rows
 * @param {string} nothing
 */
export function table(columns, rows, nothing) {
  if (rows.length === 0) return element('p', { class: 'empty' }, nothing);
  const classOf = (/** @type {(typeof columns)[number]} */ column) =>
    /** @type {const} */ (['number', 'wide', 'tight']).filter((name) => column[name]).join(' ');
  const head = columns.map((column) => element('th', { scope: 'col', class: classOf(column) }, column.title));
  const body = rows.map((row) =>
    element('tr', {}, ...columns.map((column) => element('td', { class: classOf(column) }, column.cell(row)))),
  );
  return element(
    'div',
    { class: 'scroll' },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)),
  );
}

/** A value with its reason below. @param {Child} value @param {string} reason */
export function withReason(value, reason) {
  return element('div', {}, value, element('span', { class: 'reason' }, reason));
}
