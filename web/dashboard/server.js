/** URL of a path of the server, which may lie below the path of a proxy: this file is at its root. */
export const urlOf = (path) => new URL(`.${path}`, import.meta.url);

/** Sends a request and returns the JSON answer. @throws Error with a message for the user */
async function ask(path, options) {
  const response = await fetch(urlOf(path), {
    ...options,
    headers: { accept: 'application/json', ...options?.headers },
  });
  if (response.status === 401) {
    location.assign(urlOf('/login'));
    throw new Error('not logged in');
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { message, advice } = answer.error ?? { message: `${path}: ${response.status}` };
  throw new Error(advice ? `${message}. ${advice}` : message);
}

export const get = (path) => ask(path);

export const post = (path, body) =>
  ask(path, {
    method: 'POST',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
