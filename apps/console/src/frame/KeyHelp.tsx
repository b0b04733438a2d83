import { Kbd, Switch } from '@mantine/core';
import { SidePanel } from '../pieces/SidePanel.js';
import { useSingleKeys } from '../pieces/use-keys.js';
import { OUTCOMES } from '../words/labels.js';
import classes from './frame.module.css';

const KEYS: readonly [keys: readonly string[], does: string][] = [
  [['j', 'k'], 'Next and previous alert, result or source'],
  [['h', 'l'], 'Previous and next hit of the alert'],
  [['Enter'], 'Open what is chosen'],
  [['c'], 'Claim the alert, or release it'],
  ...OUTCOMES.map(({ label }, i): [readonly string[], string] => [
    [String(i + 1)],
    `Decide: ${label.toLowerCase()}`,
  ]),
  [['n'], 'Write a note for the decision'],
  [['u'], 'Undo the last decision'],
  [['/'], 'Search'],
  [['?'], 'These keys'],
];

export function KeyHelp({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const [on, setOn] = useSingleKeys();
  return (
    <SidePanel opened={open} onClose={onClose} title="Keys" width={400}>
      <dl className={classes.keys}>
        {KEYS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="md"
        label="Single keys"
        description="Switch them off if you dictate or use a screen reader that types letters."
        checked={on}
        onChange={(event) => setOn(event.currentTarget.checked)}
      />
    </SidePanel>
  );
}
