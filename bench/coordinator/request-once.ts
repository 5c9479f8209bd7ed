import { connect } from 'node:net';

const END_OF_HEAD = '\r\n\r\n';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Null while something is missing. */
function answerIn(received: string): Answer | null {
  const headEnd = received.indexOf(END_OF_HEAD);
  if (headEnd < 0) return null;
  const head = received.slice(0, headEnd);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
  const body = received.slice(headEnd + END_OF_HEAD.length);
  return Buffer.byteLength(body) < length ? null : { status: Number(head.split(' ', 2)[1]), body };
}

/**
 * One request on a connection of its own, as the existing workers make them, for answers of a known length. Written by hand
 * since it shares two cores with what is measured: node:http takes twice the CPU.
 *
 * @throws Error when the answer is not 200, or not whole.
 */
export async function requestOnce(url: string, body?: object): Promise<unknown> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${text === '' ? 'GET' : 'POST'} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: python-requests/2',
    'Connection: keep-alive',
    ...(text === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
  ];
  const { status, body: answered } = await new Promise<Answer>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.setEncoding('utf8');
    let received = '';
    socket.on('data', (chunk: string) => {
      received += chunk;
      const answer = answerIn(received);
      if (answer === null) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${url}: closed before the answer was whole`)));
    socket.write(`${head.join('\r\n')}${END_OF_HEAD}${text}`);
  });
  if (status !== 200) throw new Error(`${url}: ${status} ${answered}`);
  return JSON.parse(answered);
}
