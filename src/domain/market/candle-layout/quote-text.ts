/** Characters of a file that a message may quote. */
const MAX_QUOTED = 80;
/** The same for each of the five faults that a message lists. */
export const QUOTED_OF_FAULT = MAX_QUOTED / 5;

/** Text of a file in single quotes for a message: at most `most` characters, invisible and control characters escaped. */
export function quoteText(text: string, most = MAX_QUOTED): string {
  let quoted = '';
  let isCut = false;
  for (const character of text) {
    const next = isVisible(character) ? character : escapeOf(character);
    if (quoted.length + next.length > most - 1) {
      isCut = true;
      break;
    }
    quoted += next;
  }
  return `'${quoted}${isCut ? '…' : ''}'`;
}

/** Letters, marks, digits, punctuation, symbols and the plain space; no control, format, surrogate or separator. */
const isVisible = (character: string): boolean => /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S}]| )$/u.test(character);

function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
