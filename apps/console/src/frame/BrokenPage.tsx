import { Button } from '@mantine/core';
import { Compass } from 'lucide-react';
import { Link, useRouteError } from 'react-router';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useTitle } from '../pieces/Page.js';

/** Where a page itself fails: most often a newer program is running than the page that is open. */
export function BrokenPage() {
  const error = useRouteError();
  return (
    <ProblemNote
      what="This page could not be shown"
      error={error instanceof Error ? error : new Error('It may be older than the program. Reload it.')}
      retry={() => location.reload()}
    />
  );
}

export function NoSuchPage() {
  useTitle('Not found');
  return (
    <Empty icon={<Compass />} title="There is no page at this address">
      <Button component={Link} to="/triage" variant="default" mt="sm">
        Go to Triage
      </Button>
    </Empty>
  );
}
