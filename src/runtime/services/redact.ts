/** Takes user names and passwords out of every URL in a text; up to the last "@", since passwords may hold one. */
export function redact(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1***@')
    .replaceAll(/([?&](?:password|username|authMechanismProperties)=)[^&\s]*/gi, '$1***');
}
