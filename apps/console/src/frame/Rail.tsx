import { Tooltip } from '@mantine/core';
import {
  Activity,
  BookOpen,
  ChartColumn,
  type LucideIcon,
  PanelLeftClose,
  PanelLeftOpen,
  Radio,
  ScrollText,
  Search,
  Siren,
} from 'lucide-react';
import { NavLink } from 'react-router';
import type { Permission } from '@vigil/contracts';
import { useMay } from '../session/session.js';
import { Logo } from './Logo.js';
import classes from './frame.module.css';

const PLACES: readonly { to: string; name: string; icon: LucideIcon; needs: Permission }[] = [
  { to: '/triage', name: 'Triage', icon: Siren, needs: 'alerts.read' },
  { to: '/search', name: 'Search', icon: Search, needs: 'search.read' },
  { to: '/volumes', name: 'Volumes', icon: ChartColumn, needs: 'volumes.read' },
  { to: '/sources', name: 'Sources', icon: Radio, needs: 'sources.read' },
  { to: '/rules', name: 'Rules', icon: BookOpen, needs: 'packs.read' },
  { to: '/audit', name: 'Audit', icon: ScrollText, needs: 'audit.read' },
  { to: '/system', name: 'System', icon: Activity, needs: 'system.read' },
];

interface Props {
  readonly collapsed: boolean;
  /** null where the window is too narrow to choose. */
  readonly onToggle: (() => void) | null;
}

/** The way to every page. Collapsed it shows icons, each with its word on hover. */
export function Rail({ collapsed, onToggle }: Props) {
  const may = useMay();
  return (
    <nav className={classes.rail} data-collapsed={collapsed || undefined} aria-label="Pages">
      <div className={classes.brand}>
        <Logo />
        {!collapsed && <span>Vigil</span>}
      </div>
      <ul>
        {PLACES.filter((place) => may(place.needs)).map(({ to, name, icon: Icon }) => (
          <li key={to}>
            <Tooltip label={name} position="right" disabled={!collapsed}>
              <NavLink to={to} className={classes.place} aria-label={collapsed ? name : undefined}>
                <Icon size={17} aria-hidden />
                {!collapsed && <span>{name}</span>}
              </NavLink>
            </Tooltip>
          </li>
        ))}
      </ul>
      {onToggle && (
        <Tooltip label="Show the words" position="right" disabled={!collapsed}>
          <button
            type="button"
            className={classes.place}
            onClick={onToggle}
            aria-expanded={!collapsed}
            aria-label={collapsed ? 'Show the words' : undefined}
          >
            {collapsed ? <PanelLeftOpen size={17} aria-hidden /> : <PanelLeftClose size={17} aria-hidden />}
            {!collapsed && <span>Collapse</span>}
          </button>
        </Tooltip>
      )}
    </nav>
  );
}
