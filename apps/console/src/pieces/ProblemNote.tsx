import { Alert, Button } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { Problem } from '../api/client.js';

interface Props {
  /** What could not be done, for example `The alerts could not be read`. */
  readonly what: string;
  readonly error: Error;
  readonly retry?: () => void;
}

/** An error where it belongs: what happened, what it means, what to do. */
export function ProblemNote({ what, error, retry }: Props) {
  const id = error instanceof Problem ? error.requestId : null;
  return (
    <Alert
      icon={<CircleAlert size={18} aria-hidden />}
      color="gray"
      variant="light"
      title={what}
      role="alert"
      m="md"
      styles={{ icon: { color: 'var(--v-late)' }, message: { color: 'var(--v-text)' } }}
    >
      <div>{error.message}</div>
      {id !== null && <div style={{ color: 'var(--v-text-2)', fontSize: 12 }}>Request {id}</div>}
      {retry && (
        <Button variant="default" mt="xs" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
