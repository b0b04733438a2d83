import { Button, Loader, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { Problem } from '../api/client.js';
import { useTitle } from '../pieces/Page.js';
import { Logo } from '../frame/Logo.js';
import { SESSION_KEY, signIn, tokenOf, useSession } from './session.js';
import classes from './session.module.css';

/** Only a path of this page: a link from elsewhere must not lead away after signing in. */
function safePath(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/triage';
}

/** Reads the token out of the address and takes it out of the history, before anything else can see it. */
function takeToken(): string | null {
  if (!location.hash.includes('token=')) return null;
  const token = tokenOf(location.hash);
  history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

let tokenOnArrival = takeToken();

export function SignInPage() {
  useTitle('Sign in');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const session = useSession();
  const [link, setLink] = useState('');
  const [notALink, setNotALink] = useState(false);
  const next = safePath(params.get('next'));

  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: (opened) => {
      client.setQueryData(SESSION_KEY, opened);
      void navigate(next, { replace: true });
    },
  });
  const { mutate } = attempt;

  useEffect(() => {
    const take = () => {
      const token = tokenOnArrival ?? takeToken();
      tokenOnArrival = null;
      if (token !== null) mutate(token);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, [mutate]);

  if (attempt.isIdle && session.data) return <Navigate to={next} replace />;

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const token = tokenOf(link);
    setNotALink(token === null);
    if (token !== null) mutate(token);
  };

  return (
    <main className={classes.screen}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo size={28} />
          <h1>Vigil</h1>
        </div>
        {attempt.isPending || attempt.isSuccess ? (
          <p className={classes.wait} role="status">
            <Loader size="xs" /> Signing in
          </p>
        ) : (
          <>
            {attempt.error && <Refused error={attempt.error} />}
            <p>
              You sign in with a link that works once. The program prints it where it was started, in a line
              that begins with <strong>Sign in</strong>.
            </p>
            <form onSubmit={onSubmit}>
              <TextInput
                label="Sign-in link"
                placeholder="http://127.0.0.1:7100/sign-in#token=…"
                value={link}
                onChange={(event) => setLink(event.currentTarget.value)}
                error={notALink ? 'This is no sign-in link. It ends in #token= and some letters.' : undefined}
                autoComplete="off"
                spellCheck={false}
                dir="ltr"
              />
              <Button type="submit" mt="sm" size="sm" fullWidth disabled={link.trim() === ''}>
                Sign in
              </Button>
            </form>
            <NewLink />
          </>
        )}
      </div>
    </main>
  );
}

function Refused({ error }: { readonly error: Error }) {
  const refused =
    error instanceof Problem && (error.status === 401 || error.status === 403 || error.status === 400);
  return (
    <div className={classes.refused} role="alert">
      <strong>{refused ? 'This link does not work any more' : 'Signing in did not work'}</strong>
      <div>{error.message}</div>
    </div>
  );
}

function NewLink() {
  return (
    <details className={classes.help}>
      <summary>How to get a new link</summary>
      <p>
        A link works once and for a quarter of an hour. Run this where the program runs to print a new one, or
        start the program again:
      </p>
      <pre>npx vigil sign-in</pre>
    </details>
  );
}
