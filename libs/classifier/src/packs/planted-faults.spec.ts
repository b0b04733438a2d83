import { describe, expect, it } from '@jest/globals';
import { parsePack } from './parse-pack.js';
import { FAULT_KINDS, plantFaults } from './planted-faults.fixture.js';

describe('a pack of planted faults', () => {
  it('has each of 1,000 of more than 30 kinds told in one run, by file, line, field and remedy', () => {
    expect(FAULT_KINDS.length).toBeGreaterThanOrEqual(30);
    const { files, faults } = plantFaults(1_000);
    const { pack, problems, omitted } = parsePack(files);
    expect(pack).toBeNull();
    expect(omitted).toBe(0);
    const missed = faults.filter(
      ({ file, line, field, says }) =>
        !problems.some((p) => p.file === file && p.line === line && p.field === field && says.test(p.message)),
    );
    const told = (kind: { file: string; field: string }) =>
      problems.filter((p) => p.file === kind.file && p.field.split('.')[0] === kind.field.split('.')[0]);
    expect(missed.slice(0, FAULT_KINDS.length).map((fault) => ({ ...fault, told: told(fault) }))).toEqual([]);
  });

  it('holds no rule to be at fault that is not', () => {
    const { files, faults } = plantFaults(FAULT_KINDS.length);
    const places = new Set(faults.map(({ file, field }) => `${file} ${field.split('.')[0]}`));
    const others = parsePack(files).problems.filter((p) => !places.has(`${p.file} ${p.field.split('.')[0]}`));
    expect(others).toEqual([]);
  });
});
