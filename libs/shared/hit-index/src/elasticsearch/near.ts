/**
 * Whether two words differ by at most `edits` letters (code points) inserted, left out or changed: Levenshtein's
 * distance, of which only the cells within `edits` of the diagonal are worked out (Ukkonen 1985).
 */
export function isNear(a: readonly string[], b: readonly string[], edits: number): boolean {
  if (Math.abs(a.length - b.length) > edits) return false;
  const far = edits + 1;
  let above = Array.from({ length: b.length + 1 }, (_, j) => Math.min(j, far));
  for (let i = 1; i <= a.length; i += 1) {
    const row = new Array<number>(b.length + 1).fill(far);
    if (i <= edits) row[0] = i;
    let least = row[0] ?? far;
    for (let j = Math.max(1, i - edits); j <= Math.min(b.length, i + edits); j += 1) {
      const changed = (above[j - 1] ?? far) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const distance = Math.min(changed, (above[j] ?? far) + 1, (row[j - 1] ?? far) + 1, far);
      row[j] = distance;
      least = Math.min(least, distance);
    }
    if (least > edits) return false;
    above = row;
  }
  return (above[b.length] ?? far) <= edits;
}
