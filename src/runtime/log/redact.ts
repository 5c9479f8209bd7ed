/** Removes user names and passwords from every URL in a text, up to the last "@" because passwords may contain one. */
export function redact(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]{0,30}:\/\/)\S*@/gi, '$1***@')
    .replaceAll(/([?&](?:password|username|authMechanismProperties)=)[^&\s]*/gi, '$1***');
}
