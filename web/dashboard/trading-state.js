import { byId } from './dom.js';
import { post } from './server.js';

const QUESTIONS = {
  HALTED: {
    title: 'Halt trading?',
    text: 'No entries: unfilled ones are cancelled. Stops, targets and trailing stops stay active; exits of rules and at the end of a holding time wait. With the box below, every position is closed too, and trading stays HALTED.',
    yes: 'Halt',
    tone: 'danger',
  },
  REDUCING: {
    title: 'Reduce only?',
    text: 'No entries: unfilled ones are cancelled. Stops, targets and exits go on.',
    yes: 'Reduce',
    tone: 'warn',
  },
  ACTIVE: {
    title: 'Resume trading?',
    text: 'Entries are allowed again, within all limits. Approvals from before stay void, and a flatten that is not done ends.',
    yes: 'Resume',
    tone: 'good',
  },
};

/** Asks for a reason and a confirmation; null when the user cancels. */
async function confirm(state) {
  const { title, text, yes, tone } = QUESTIONS[state];
  const dialog = byId('confirm');
  const reason = byId('confirm-reason');
  const flatten = byId('confirm-flatten');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('confirm-yes').textContent = yes;
  byId('confirm-yes').className = tone;
  byId('confirm-flatten-row').hidden = state !== 'HALTED';
  reason.value = '';
  flatten.checked = false;
  dialog.returnValue = '';
  dialog.showModal();
  reason.focus();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue === 'yes' ? { state, reason: reason.value, flatten: flatten.checked } : null;
}

/** Connects the buttons that halt, reduce and resume. */
export function connectTradingButtons() {
  const answer = byId('trading-answer');
  byId('confirm-no').addEventListener('click', () => byId('confirm').close());
  for (const button of document.querySelectorAll('button[data-state]')) {
    button.addEventListener('click', async () => {
      const request = await confirm(button.dataset.state);
      if (!request) return;
      button.disabled = true;
      answer.textContent = 'Storing the trading state …';
      try {
        const { explanation, state, later } = await post('/api/trading-state', request);
        answer.textContent = [`${explanation}. Trading is ${state}.`, ...later].join(' ');
      } catch (error) {
        answer.textContent = `Request failed: ${error.message}`;
      } finally {
        button.disabled = false;
      }
    });
  }
}
