import type { ReactNode } from 'react';
import classes from './pieces.module.css';

interface Props {
  readonly icon: ReactNode;
  /** What will appear here. */
  readonly title: string;
  /** The one action that starts it, or why there is nothing. */
  readonly children?: ReactNode;
}

export function Empty({ icon, title, children }: Props) {
  return (
    <div className={classes.empty}>
      <div aria-hidden>{icon}</div>
      <p className={classes.emptyTitle}>{title}</p>
      {children !== undefined && <div className={classes.emptyText}>{children}</div>}
    </div>
  );
}
