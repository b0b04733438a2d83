import { FACETS, type FacetName, type HitPage } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import type { Parameters } from './conditions.js';

/** As many values of a facet as a page shows. */
const VALUES_PER_FACET = 20;

export interface Counts {
  readonly total: number;
  readonly facets: HitPage['facets'];
}

/**
 * Total and facets in one scan: hits are grouped once by each facet, those of several rules by their set of rules,
 * and only the sets, of which there are few, are taken apart.
 */
export async function count(db: Queryable, where: string, parameters: Parameters): Promise<Counts> {
  const rows = await db.query<{ facet: FacetName | 'total'; value: string | null; count: string }>(
    `with grouped as (
       select case grouping(h.source, h.language, h.region, h.rules, h.indicator, h.severity)
                when 31 then 'source' when 47 then 'language' when 55 then 'region' when 59 then 'rule'
                when 61 then 'indicator' when 62 then 'severity' else 'total' end as facet,
              coalesce(h.source, h.language, h.region, h.indicator, h.severity) as value, h.rules, count(*) as count
       from hit_index h where ${where}
       group by grouping sets ((h.source), (h.language), (h.region), (h.rules), (h.indicator), (h.severity), ())
     ), valued as (
       select facet, value, count from grouped where facet <> 'rule'
       union all
       select 'rule', rule, sum(count) from grouped, unnest(rules) as rule where facet = 'rule' group by rule
     ), ranked as (
       select *, row_number() over (partition by facet order by count desc, value) as place from valued
       where value is not null or facet = 'total'
     )
     select facet, value, count from ranked where place <= ${VALUES_PER_FACET} order by facet, place`,
    parameters.values,
  );
  const facets: HitPage['facets'] = {
    source: [],
    language: [],
    region: [],
    rule: [],
    indicator: [],
    severity: [],
  };
  let total = 0;
  for (const row of rows) {
    if (row.facet === 'total') total = Number(row.count);
    else if (row.value !== null && FACETS.includes(row.facet)) {
      facets[row.facet].push({ value: row.value, count: Number(row.count) });
    }
  }
  return { total, facets };
}
