import { byId, element, setBadge, table } from './dom.js';
import { get } from './server.js';

const section = (title, ...children) => element('section', { class: 'panel' }, element('h2', {}, title), ...children);
const json = (title, value) => [
  element('p', { class: 'muted' }, title),
  element('pre', {}, JSON.stringify(value, null, 2)),
];

function parameters(list = []) {
  if (list.length === 0) return [];
  const columns = [
    { title: 'Parameter', cell: ({ name }) => element('code', {}, name) },
    { title: 'In', cell: (parameter) => (parameter.required ? `${parameter.in}, required` : parameter.in) },
    {
      title: 'Meaning',
      cell: ({ description, schema }) => description ?? schema.enum?.join(', ') ?? schema.pattern ?? schema.type,
    },
  ];
  return [table(columns, list, '')];
}

function operation(method, path, { summary, parameters: list, requestBody, responses }) {
  const schema = requestBody?.content['application/json'].schema;
  const body = schema?.oneOf ? element('p', {}, 'Body: one of the jobs listed below.') : null;
  const status = Object.keys(responses)[0];
  return element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { class: `method ${method}` }, method.toUpperCase()),
      ' ',
      element('code', {}, path),
      ` – ${summary}`,
    ),
    ...parameters(list),
    ...(body ? [body] : schema ? json('Body', schema) : []),
    element('p', { class: 'muted' }, `Answers ${status} as ${Object.keys(responses[status].content)[0]}.`),
  );
}

function job(queue, { name, summary, audited, forPeople, data, result }) {
  return element(
    'details',
    {},
    element('summary', {}, element('code', {}, `${queue}:${name}`), ` – ${summary}`, audited ? ' (audited)' : ''),
    ...json(
      forPeople
        ? `POST /api/jobs/${queue} with {"name": "${name}", "data": …}; data:`
        : 'Added by the company alone; data:',
      data,
    ),
    ...json('Result:', result),
  );
}

async function start() {
  try {
    const [api, contracts] = await Promise.all([get('/api/openapi.json'), get('/api/contracts')]);
    setBadge('api-version', api.info.version);
    const byTag = new Map();
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, found] of Object.entries(methods)) {
        const [tag] = found.tags;
        byTag.set(tag, [...(byTag.get(tag) ?? []), operation(method, path, found)]);
      }
    }
    byId('docs').replaceChildren(
      section('About', element('p', {}, api.info.description)),
      ...[...byTag].map(([tag, operations]) => section(tag, ...operations)),
      ...contracts.items.map(({ queue, jobs }) =>
        section(`Jobs of ${queue}`, ...jobs.map((found) => job(queue, found))),
      ),
    );
  } catch (error) {
    byId('trouble').textContent = error.message;
    byId('trouble').hidden = false;
  }
}

start();
