import { GROUPS } from './settings.js';

const TITLES: Record<keyof typeof GROUPS, string> = {
  STORAGE: 'Storage',
  HTTP: 'HTTP',
  LOGGING: 'Logging',
  COLLECTOR: 'Collector',
  CLASSIFIER: 'Classifier',
  ALERTS: 'Alerts',
  CLUSTER: 'Engines of a cluster',
  FAULTS: 'For the crash and fault runs alone',
};

/** Every variable as Markdown tables, made from the same declarations that parse them. docs/operations.md holds the result. */
export function variablesMarkdown(): string {
  const parts = Object.entries(GROUPS).map(([group, variables]) => {
    const rows = Object.values(variables).map(
      (one) =>
        `| \`${one.name}\` | ${one.takes} | ${one.about}${one.secret ? ' Secret: never logged.' : ''} |`,
    );
    const title = TITLES[group as keyof typeof GROUPS];
    return [`### ${title}`, '', '| variable | takes | what for |', '| --- | --- | --- |', ...rows].join('\n');
  });
  return parts.join('\n\n');
}
