import { CloseButton, Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './pieces.module.css';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  /** Pixels; never more than the window. */
  readonly width: number;
  readonly children: ReactNode;
}

/** A panel that comes in from the side over the page, with its title; Escape and a click beside it close it. */
export function SidePanel({ opened, onClose, title, width, children }: Props) {
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="right" size={width}>
      <Drawer.Overlay backgroundOpacity={0.3} />
      <Drawer.Content>
        {/* No Drawer.Header: a header element here would be a second banner of the page. */}
        <div className={classes.panelHead}>
          <Drawer.Title className={classes.panelTitle}>{title}</Drawer.Title>
          <CloseButton aria-label="Close" onClick={onClose} />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
