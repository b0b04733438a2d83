// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]+/;

/** Without control characters, U+0000 among them: what PostgreSQL's text can hold and one line of a page can show. */
export function oneLine(text: string): string {
  return CONTROL.test(text) ? text.replace(new RegExp(CONTROL, 'g'), ' ') : text;
}
