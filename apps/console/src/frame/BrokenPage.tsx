import { Button } from '@mantine/core';
import { Compass } from 'lucide-react';
import { Link, useRouteError } from 'react-router';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useTitle } from '../pieces/Page.js';

/** How browsers say that a part of the page could not be fetched. */
const NOT_FETCHED = /dynamically imported module|importing a module script|error loading|preload/i;

/** Where a page itself fails: most often the server is away, or a newer program is running than the page that is open. */
export function BrokenPage() {
  const error = useRouteError();
  const known = error instanceof Error && !NOT_FETCHED.test(error.message);
  return (
    <ProblemNote
      what="This page could not be shown"
      error={
        known
          ? error
          : new Error(
              'A part of it could not be fetched: the server is away, or was updated since the page was opened. Reload it.',
            )
      }
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
