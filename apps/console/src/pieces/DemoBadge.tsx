import { Badge } from '@mantine/core';

/** On everything that is not real. */
export function DemoBadge() {
  return (
    <Badge size="sm" variant="outline" color="gray" title="Made up for the demo: no real source or person" styles={{ label: { color: 'var(--v-text-2)' } }}>
      Demo
    </Badge>
  );
}
