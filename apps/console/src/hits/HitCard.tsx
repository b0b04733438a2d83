import { Badge, Tooltip } from '@mantine/core';
import { type FoundHit, languageOfHit, type Match, sloganOf } from '@vigil/contracts';
import { ExternalLink, Image } from 'lucide-react';
import { forwardRef, useState } from 'react';
import { Link } from 'react-router';
import { DemoBadge } from '../pieces/DemoBadge.js';
import { SeverityMark } from '../pieces/SeverityMark.js';
import { Time } from '../pieces/Time.js';
import { counted, languageName, regionName } from '../words/format.js';
import { INDICATOR } from '../words/labels.js';
import { HitDetails } from './HitDetails.js';
import { MarkedText, MatchWords } from './MarkedText.js';
import { Reposts } from './Reposts.js';
import { Weighed } from './Weighed.js';
import classes from './hits.module.css';

interface Props {
  readonly found: FoundHit;
  /** The source's name, where it is known. */
  readonly sourceName?: string | undefined;
  readonly chosen?: boolean;
  readonly onChoose?: () => void;
}

const STATE = {
  current: null,
  superseded: 'Edited since: the newer text does not match',
  deleted: 'Deleted at its origin',
  withdrawn: 'The rule was withdrawn',
  erased: 'Erased',
} as const;

/** One post that matched: who, where, when, its words, and why it is here. */
export const HitCard = forwardRef<HTMLElement, Props>(function HitCard(
  { found, sourceName, chosen, onChoose },
  ref,
) {
  const { hit, highlights } = found;
  const { post, verdict } = hit;
  const [details, setDetails] = useState(false);
  const author = post.author.displayName ?? post.author.handle ?? 'Author not known';
  const state = STATE[hit.state];
  const language = languageOfHit(hit);
  return (
    <article
      ref={ref}
      className={classes.card}
      data-chosen={chosen || undefined}
      tabIndex={-1}
      aria-label={`Post by ${author}`}
      onClick={onChoose}
    >
      <header className={classes.head}>
        <span className={classes.who}>
          <bdi className={classes.author}>{author}</bdi>
          {post.author.displayName !== null && post.author.handle !== null && (
            <bdi>@{post.author.handle}</bdi>
          )}
          <span aria-hidden>·</span>
          <span title={`Channel ${post.channel}`}>
            <bdi>{sourceName ?? post.sourceId}</bdi>
            {post.channel !== sourceName && (
              <>
                {' / '}
                <bdi>{post.channel}</bdi>
              </>
            )}
          </span>
        </span>
        <span className={classes.when}>
          {post.demo && <DemoBadge />}
          <Time at={hit.eventTime} />
          <span>{languageName(language)}</span>
          <span>{regionName(hit.region)}</span>
        </span>
      </header>
      {state !== null && <p className={classes.state}>{state}</p>}
      {post.forwardedFrom !== null && (
        <p className={classes.forwarded}>
          Forwarded from <bdi>{post.forwardedFrom}</bdi>
        </p>
      )}
      <MarkedText
        text={post.text}
        language={language}
        matches={verdict.matches}
        exclusions={verdict.exclusions}
        found={highlights}
      />
      {post.media.length > 0 && (
        <p className={classes.media}>
          <Image size={14} aria-hidden /> {counted(post.media.length, 'picture or file', 'pictures or files')}
          , not loaded
        </p>
      )}
      <footer className={classes.foot}>
        <div className={classes.rules}>
          {verdict.severity !== null && <SeverityMark severity={verdict.severity} />}
          {slogansOf(verdict.matches).map(({ id, title, match, places }) => (
            <Tooltip
              key={id}
              label={<MatchWords match={match} />}
              multiline
              maw={340}
              events={{ hover: true, focus: true, touch: true }}
            >
              <Badge
                component={Link}
                to={`/search?${new URLSearchParams({ rules: id }).toString()}`}
                className={classes.rule}
              >
                {title}
                {places.size > 1 && ` × ${places.size}`}
              </Badge>
            </Tooltip>
          ))}
          {verdict.indicator !== null && <span>{INDICATOR[verdict.indicator]}</span>}
        </div>
        <div className={classes.doing}>
          {post.permalink !== null && /^https?:/.test(post.permalink) && (
            <a
              href={post.permalink}
              target="_blank"
              rel="noopener noreferrer"
              title="Leaves Vigil: the site sees your address"
            >
              Original <ExternalLink size={12} aria-hidden />
            </a>
          )}
          <button
            type="button"
            className={classes.more}
            aria-expanded={details}
            onClick={() => setDetails(!details)}
          >
            Details
          </button>
        </div>
      </footer>
      <Reposts verdict={verdict} />
      <Weighed exclusions={verdict.exclusions} cancelled={verdict.cancelled} />
      {details && <HitDetails hit={hit} />}
    </article>
  );
});

interface Found {
  readonly id: string;
  readonly title: string;
  /** The first of its places: what the tooltip explains. */
  readonly match: Match;
  /** Where in the text it begins: two wordings of it at one place count once. */
  readonly places: Set<number>;
}

/** One entry a slogan, however many rules word it, with how often it stands in the post. */
function slogansOf(matches: readonly Match[]): Found[] {
  const bySlogan = new Map<string, Found>();
  for (const match of matches) {
    const { id, title } = sloganOf(match);
    const seen = bySlogan.get(id);
    if (seen) seen.places.add(match.span.start);
    else bySlogan.set(id, { id, title, match, places: new Set([match.span.start]) });
  }
  return [...bySlogan.values()];
}
