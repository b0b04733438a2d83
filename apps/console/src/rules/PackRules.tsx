import { Button, TextInput } from '@mantine/core';
import type { PackView, RuleState } from '@vigil/contracts';
import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { CopyValue } from '../pieces/CopyValue.js';
import { SeverityMark } from '../pieces/SeverityMark.js';
import { Time } from '../pieces/Time.js';
import { counted, languageName, number } from '../words/format.js';
import { useMay } from '../session/session.js';
import { INDICATOR, RULE_STATE, words } from '../words/labels.js';
import { History, People } from './History.js';
import { SHADOW_DAYS, useShadowCounts } from './pack-life.js';
import { type Reference, useReferences } from './packs.js';
import { ShadowPosts } from './ShadowPosts.js';
import { StateBadge } from './StateBadge.js';
import classes from './rules.module.css';

type RuleView = PackView['rules'][number];

/** States worth a filter: all others are live. */
const NOT_LIVE: readonly RuleState[] = ['draft', 'shadow', 'retired'];

/** A published pack and its rules by category, narrowed by a word. */
export function PackRules({ pack }: { readonly pack: PackView }) {
  const [text, setText] = useState('');
  const [unverifiedOnly, setUnverifiedOnly] = useState(false);
  const [state, setState] = useState<RuleState | null>(null);
  const [history, setHistory] = useState(false);
  const shown = useMemo(() => {
    const wanted = text.trim().toLocaleLowerCase();
    return pack.rules.filter(
      (rule) =>
        (!unverifiedOnly || isUnverified(rule)) &&
        (state === null || rule.state === state) &&
        (wanted === '' ||
          [rule.title, rule.id, rule.reference, INDICATOR[rule.indicator]].some((s) =>
            s.toLocaleLowerCase().includes(wanted),
          )),
    );
  }, [pack.rules, text, unverifiedOnly, state]);
  const references = useReferences(pack.name).data ?? {};
  const states = Map.groupBy(pack.rules, (rule) => rule.state);
  const shadow = useShadowCounts(pack.name, states.has('shadow')).data;
  const categories = Map.groupBy(shown, (rule) => rule.category);
  return (
    <div>
      <header className={classes.packHead}>
        <div className={classes.packTitle}>
          <h2>
            <bdi>{pack.title}</bdi>
          </h2>
          <Button variant="default" onClick={() => setHistory(true)}>
            Versions
          </Button>
        </div>
        <History pack={pack} opened={history} onClose={() => setHistory(false)} />
        <p>
          Version {pack.version}, live in ruleset {pack.ruleset}, published <Time at={pack.publishedAt} />{' '}
          <People version={pack} /> · {counted(pack.rules.length, 'rule')}
        </p>
        <p className={classes.hash}>
          SHA-256 <CopyValue value={pack.sha256} label="hash of the pack" />
        </p>
      </header>
      <div className={classes.filter}>
        <TextInput
          size="xs"
          aria-label={`Find a rule in ${pack.title}`}
          placeholder="Find a rule"
          leftSection={<Search size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          dir="auto"
        />
        {NOT_LIVE.map((one) => {
          const count = states.get(one)?.length ?? 0;
          return (
            (count > 0 || state === one) && (
              <button
                key={one}
                type="button"
                className={classes.chip}
                aria-pressed={state === one}
                onClick={() => setState(state === one ? null : one)}
              >
                {number(count)} {RULE_STATE[one].label.toLowerCase()}
              </button>
            )
          );
        })}
        {pack.unverifiedReferences > 0 && (
          <button
            type="button"
            className={classes.chip}
            aria-pressed={unverifiedOnly}
            onClick={() => setUnverifiedOnly(!unverifiedOnly)}
          >
            {number(pack.unverifiedReferences)} unverified
          </button>
        )}
      </div>
      {shown.length === 0 && <p className={classes.none}>No rule of this pack has these words.</p>}
      {[...categories].map(([category, rules]) => (
        <div key={category}>
          <h3 className={classes.category}>
            {words(category)} <span className="numbers">{number(rules.length)}</span>
          </h3>
          <ul className={classes.list}>
            {rules.map((rule) => (
              <Rule key={rule.id} rule={rule} references={references} shadowed={shadow?.get(rule.id) ?? 0} />
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function isUnverified(rule: RuleView): boolean {
  return rule.reference.split(', ').includes('unverified');
}

/** The documents that show this wording, the first of them in one line; with an address, a link to it. */
function References({
  keys,
  known,
}: {
  readonly keys: readonly string[];
  readonly known: Readonly<Record<string, Reference>>;
}) {
  const [all, setAll] = useState(false);
  const shown = all ? keys : keys.slice(0, 1);
  return (
    <span className={classes.references} data-all={all || undefined}>
      {shown.map((key) => {
        const reference = known[key];
        const title = reference?.title ?? words(key);
        return (
          <span key={key} className={classes.reference} title={title}>
            {reference?.address !== undefined && /^https?:/.test(reference.address) ? (
              <a href={reference.address} target="_blank" rel="noopener noreferrer">
                <bdi>{title}</bdi>
              </a>
            ) : (
              <bdi>{title}</bdi>
            )}
          </span>
        );
      })}
      {keys.length > 1 && (
        <button type="button" onClick={() => setAll(!all)}>
          {all ? 'fewer' : `and ${keys.length - 1} more`}
        </button>
      )}
    </span>
  );
}

function Rule({
  rule,
  references,
  shadowed,
}: {
  readonly rule: RuleView;
  readonly references: Readonly<Record<string, Reference>>;
  /** Posts it would have matched lately, were it live. */
  readonly shadowed: number;
}) {
  const languages = rule.languages.map((tag) => languageName(tag));
  return (
    <li className={classes.rule}>
      <SeverityMark severity={rule.severity} />
      <div>
        <div className={classes.ruleHead}>
          <span className={classes.ruleTitle}>
            <Link to={`/search?${new URLSearchParams({ rules: rule.id }).toString()}`} title="Open its hits">
              <bdi>{rule.title}</bdi>
            </Link>
            {rule.state !== 'live' && <StateBadge state={rule.state} />}
          </span>
          <span className={classes.quiet}>{INDICATOR[rule.indicator]}</span>
        </div>
        <div className={classes.quiet} title={languages.join(', ')}>
          {counted(rule.phrases, 'phrase')} in{' '}
          {languages.length <= 4
            ? languages.join(', ')
            : `${languages.slice(0, 3).join(', ')} and ${languages.length - 3} more`}
        </div>
        <div className={classes.quiet}>
          {isUnverified(rule) ? (
            <span
              className={classes.unverified}
              title="No published source has been checked for this wording"
            >
              Reference unverified
            </span>
          ) : (
            <References keys={rule.reference.split(', ')} known={references} />
          )}
        </div>
        {rule.state === 'shadow' && <Shadowed rule={rule} posts={shadowed} />}
      </div>
    </li>
  );
}

/** What a rule in shadow would have brought, with the posts behind it. */
function Shadowed({ rule, posts }: { readonly rule: RuleView; readonly posts: number }) {
  const [opened, setOpened] = useState(false);
  const may = useMay();
  const said = `Would have matched ${posts === 0 ? 'no post' : counted(posts, 'post')} in ${SHADOW_DAYS} days`;
  return (
    <div className={classes.quiet}>
      {posts > 0 && may('search.read') ? (
        <button type="button" className={classes.asLink} onClick={() => setOpened(true)}>
          {said}
        </button>
      ) : (
        said
      )}
      {opened && <ShadowPosts rule={rule} onClose={() => setOpened(false)} />}
    </div>
  );
}
