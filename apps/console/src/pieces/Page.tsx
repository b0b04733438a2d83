import { type ReactNode, useEffect } from 'react';
import classes from './pieces.module.css';

interface Props {
  readonly title: string;
  /** One sentence on what this page is for. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Vigil`;
  }, [title]);
}

/** A page of one column: its heading, what can be done, and a body that scrolls. */
export function Page({ title, about, actions, children }: Props) {
  useTitle(title);
  return (
    <div className={classes.page} tabIndex={-1}>
      <header className={classes.pageHead}>
        <div>
          <h1 className={classes.pageTitle}>{title}</h1>
          {about !== undefined && <p className={classes.pageAbout}>{about}</p>}
        </div>
        {actions !== undefined && <div className={classes.pageActions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
