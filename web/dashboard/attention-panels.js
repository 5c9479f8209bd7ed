import { badge, element, show, table, withReason } from './dom.js';
import { clock } from './format.js';
import { post } from './server.js';

const SEVERITY_TONE = { info: '', warning: 'warn', critical: 'bad' };

function retryButton({ queue, jobId, name }, done) {
  const button = element(
    'button',
    { type: 'button', class: 'small', 'aria-label': `Retry ${queue} ${name} ${jobId}` },
    'Retry',
  );
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await post(`/api/jobs/${encodeURIComponent(queue)}/${encodeURIComponent(jobId)}/retry`);
      button.replaceWith(badge('retried', 'good'));
      done();
    } catch (error) {
      button.disabled = false;
      button.title = error.message;
      button.textContent = 'Failed - retry';
    }
  });
  return button;
}

/** The company itself repeats the work of its money agents. */
function retryCell(letter, done) {
  if (letter.retriedAt) return badge('retried');
  return letter.canRetry ? retryButton(letter, done) : '';
}

/** Shows permanently failed jobs. `done` is called after a retry. */
export function showDeadLetters({ items }, done) {
  const what = (letter) =>
    withReason(`${letter.queue} · ${letter.name}`, `${letter.reason}. ${letter.advice}.`.replaceAll('..', '.'));
  const columns = [
    { title: 'Time', cell: ({ failedAt }) => clock(failedAt), tight: true },
    { title: 'Failed job', cell: what },
    { title: '', cell: (letter) => retryCell(letter, done), number: true },
  ];
  show('dead-letters', table(columns, items, 'No failed jobs.'));
}

export function showAlerts({ items }) {
  const columns = [
    { title: 'Time', cell: ({ at }) => clock(at), tight: true },
    { title: 'Alert', cell: ({ title, text }) => withReason(title, text) },
    { title: '', cell: ({ severity }) => badge(severity, SEVERITY_TONE[severity]), number: true },
  ];
  show('alerts', table(columns, items, 'No alerts.'));
}
