import { ActionIcon, Kbd, Menu, TextInput, Tooltip, useMantineColorScheme } from '@mantine/core';
import { CircleUser, Keyboard, LogOut, Monitor, Moon, Search, Sun } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { useKeys } from '../pieces/use-keys.js';
import { useSession, useSignOut } from '../session/session.js';
import { Connection } from './Connection.js';
import classes from './frame.module.css';

/** Search from anywhere, whether the page is live, and who one is. */
export function TopBar({ onHelp }: { readonly onHelp: () => void }) {
  return (
    <header className={classes.top}>
      <SearchAnywhere />
      <div className={classes.topEnd}>
        <Connection />
        <Tooltip label="Keys (?)">
          <ActionIcon onClick={onHelp} aria-label="Keyboard keys" size="lg">
            <Keyboard size={18} />
          </ActionIcon>
        </Tooltip>
        <Person />
      </div>
    </header>
  );
}

function SearchAnywhere() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const onSearchPage = pathname.startsWith('/search');
  useKeys(onSearchPage ? {} : { '/': () => input.current?.focus() });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    void navigate(`/search?${new URLSearchParams({ text: text.trim() }).toString()}`);
    setText('');
  };
  // The search page has its own, larger line.
  if (onSearchPage) return <span className={classes.where}>Search</span>;
  return (
    <form role="search" className={classes.anywhere} onSubmit={onSubmit}>
      <TextInput
        ref={input}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        aria-label="Search all hits"
        placeholder="Search all hits"
        leftSection={<Search size={15} aria-hidden />}
        rightSection={<Kbd size="xs">/</Kbd>}
        dir="auto"
        maxLength={1_000}
      />
    </form>
  );
}

const SCHEMES = [
  { scheme: 'light', name: 'Light', icon: Sun },
  { scheme: 'dark', name: 'Dark', icon: Moon },
  { scheme: 'auto', name: 'As the system', icon: Monitor },
] as const;

function schemeOf(value: string | null) {
  return SCHEMES.find(({ scheme }) => scheme === value)?.scheme ?? 'auto';
}

function Person() {
  const session = useSession();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = session.data?.user.name ?? '';
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon aria-label={`${name}: appearance and sign out`} size="lg">
          <CircleUser size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(schemeOf(value))}>
          {SCHEMES.map(({ scheme, name: label, icon: Icon }) => (
            <Menu.RadioItem
              key={scheme}
              value={scheme}
              rightSection={<Icon size={15} aria-hidden />}
              closeMenuOnClick
            >
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={15} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
