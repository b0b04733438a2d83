import { Button, Checkbox, Skeleton } from '@mantine/core';
import type { FacetName, HitPage } from '@vigil/contracts';
import { useState } from 'react';
import { useRuleTitles } from '../rules/packs.js';
import { useSourceNames } from '../sources/sources.js';
import { languageName, number, regionName } from '../words/format.js';
import { INDICATOR, SEVERITY, words } from '../words/labels.js';
import type { Search } from './search-address.js';
import classes from './search.module.css';

const NAMES: Record<FacetName, string> = {
  source: 'Source',
  language: 'Language',
  region: 'Region',
  rule: 'Slogan',
  indicator: 'Indicator',
  severity: 'Severity',
};
/** Values shown before somebody asks for all twenty. */
const FIRST_SHOWN = 6;

interface Props {
  /** undefined while they are read. */
  readonly facets: Partial<HitPage['facets']> | undefined;
  readonly search: Search;
  readonly onToggle: (facet: FacetName, value: string) => void;
  readonly onSearch: (search: Search) => void;
}

/** What the hits found consist of; ticking a value keeps those that have it. */
export function Facets({ facets, search, onToggle, onSearch }: Props) {
  const label = useLabels();
  const any = Object.values(search.chosen).some((values) => values.length > 0);
  const none = { source: [], language: [], region: [], rule: [], indicator: [], severity: [] };
  return (
    <aside className={classes.facets} aria-label="Filters">
      {any && (
        <Button variant="subtle" size="compact-xs" onClick={() => onSearch({ ...search, chosen: none })}>
          Clear filters
        </Button>
      )}
      {facets === undefined && <Skeleton height={180} />}
      {facets !== undefined &&
        (Object.keys(NAMES) as FacetName[]).map((facet) => (
          <FacetGroup
            key={facet}
            name={NAMES[facet]}
            values={facets[facet] ?? []}
            chosen={search.chosen[facet]}
            label={(value) => label(facet, value)}
            onToggle={(value) => onToggle(facet, value)}
          />
        ))}
    </aside>
  );
}

interface GroupProps {
  readonly name: string;
  readonly values: readonly { value: string; count: number }[];
  readonly chosen: readonly string[];
  readonly label: (value: string) => string;
  readonly onToggle: (value: string) => void;
}

function FacetGroup({ name, values, chosen, label, onToggle }: GroupProps) {
  const [all, setAll] = useState(false);
  const counts = new Map(values.map(({ value, count }) => [value, count]));
  // What is chosen stays visible even where nothing has it any more.
  const listed = [...new Set([...chosen, ...values.map(({ value }) => value)])];
  if (listed.length === 0) return null;
  const shown = all ? listed : listed.slice(0, Math.max(FIRST_SHOWN, chosen.length));
  return (
    <fieldset className={classes.facet}>
      <legend>{name}</legend>
      {shown.map((value) => (
        <div key={value} className={classes.facetValue}>
          <Checkbox
            size="xs"
            classNames={{ root: classes.facetBox, labelWrapper: classes.facetWrap }}
            checked={chosen.includes(value)}
            onChange={() => onToggle(value)}
            label={
              <bdi className={classes.facetLabel} title={label(value)}>
                {label(value)}
              </bdi>
            }
          />
          <span className="numbers">{number(counts.get(value) ?? 0)}</span>
        </div>
      ))}
      {listed.length > shown.length && (
        <button type="button" className={classes.all} onClick={() => setAll(true)}>
          {listed.length - shown.length} more
        </button>
      )}
    </fieldset>
  );
}

/** What people call a facet's value. */
function useLabels(): (facet: FacetName, value: string) => string {
  const sources = useSourceNames();
  const rules = useRuleTitles();
  return (facet, value) => {
    switch (facet) {
      case 'source':
        return sources.get(value) ?? value;
      case 'rule':
        return rules.get(value) ?? words(value.split('/').at(-1) ?? value);
      case 'language':
        return languageName(value);
      case 'region':
        return regionName(value);
      case 'indicator':
        return (INDICATOR as Record<string, string>)[value] ?? words(value);
      case 'severity':
        return (SEVERITY as Record<string, string>)[value] ?? words(value);
      default:
        return facet satisfies never;
    }
  };
}
