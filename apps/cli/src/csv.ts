/** Fields as one line of CSV (RFC 4180): quoted where a field holds a quote, a comma or an end of line. */
export function csvLine(fields: readonly (string | number)[]): string {
  const quoted = fields.map((field) => {
    const text = String(field);
    return /["\r\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(',')}\n`;
}

/** The fields of one line of CSV; quotes as `csvLine` writes them. A quoted end of line is not read. */
export function fieldsOf(line: string): string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
