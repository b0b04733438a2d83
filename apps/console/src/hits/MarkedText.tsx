import { Tooltip } from '@mantine/core';
import type { Exclusion, Match, NearMiss, Span } from '@vigil/contracts';
import { useMemo, useState } from 'react';
import { EXCLUSION, SEVERITY } from '../words/labels.js';
import { languageName, number } from '../words/format.js';
import { segments, windowOf } from './spans.js';
import { copyWords } from './Reposts.js';
import classes from './hits.module.css';

/** Characters of a post shown before somebody asks for all: about ten lines. */
const FIRST_SHOWN = 700;

type Mark =
  | { readonly kind: 'match'; readonly span: Span; readonly match: Match }
  | { readonly kind: 'near'; readonly span: Span; readonly near: NearMiss }
  | { readonly kind: 'weighed'; readonly span: Span; readonly exclusion: Exclusion }
  | { readonly kind: 'found'; readonly span: Span };

interface Props {
  readonly text: string;
  readonly language: string | null;
  readonly matches?: readonly Match[];
  readonly exclusions?: readonly Exclusion[];
  /** What would have matched and lacked something. */
  readonly nearMisses?: readonly NearMiss[];
  /** Where the search's own terms stand. */
  readonly found?: readonly Span[];
  /** Shows the whole text at once. */
  readonly whole?: boolean;
}

/** The text as published, in its own direction, with what was found in it marked where it stands. */
export function MarkedText({
  text,
  language,
  matches = [],
  exclusions = [],
  nearMisses = [],
  found = [],
  whole = false,
}: Props) {
  const [all, setAll] = useState(whole);
  const marks = useMemo<Mark[]>(
    () => [
      ...matches.map((match): Mark => ({ kind: 'match', span: match.span, match })),
      ...nearMisses.map((near): Mark => ({ kind: 'near', span: near.span, near })),
      ...found.map((span): Mark => ({ kind: 'found', span })),
      ...exclusions.flatMap((exclusion): Mark[] =>
        exclusion.span === null ? [] : [{ kind: 'weighed', span: exclusion.span, exclusion }],
      ),
    ],
    [matches, nearMisses, found, exclusions],
  );
  const shown = useMemo(
    () =>
      all
        ? { start: 0, end: text.length }
        : windowOf(
            text,
            marks.map((m) => m.span),
            FIRST_SHOWN,
          ),
    [all, text, marks],
  );
  const parts = useMemo(() => {
    const moved = marks.map((mark) => ({
      mark,
      span: { start: mark.span.start - shown.start, end: mark.span.end - shown.start },
    }));
    return segments(text.slice(shown.start, shown.end), moved);
  }, [text, marks, shown]);
  const cut = shown.start > 0 || shown.end < text.length;

  return (
    <>
      <div className="passage" dir="auto" lang={language ?? undefined}>
        {shown.start > 0 && '… '}
        {parts.map((part) =>
          part.marks.length === 0 ? (
            part.text
          ) : (
            <Marked key={part.start} text={part.text} marks={part.marks.map((m) => m.mark)} />
          ),
        )}
        {shown.end < text.length && ' …'}
      </div>
      {(cut || (all && !whole)) && (
        <button type="button" className={classes.more} onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show all ${number(text.length)} characters`}
        </button>
      )}
    </>
  );
}

function Marked({ text, marks }: { readonly text: string; readonly marks: readonly Mark[] }) {
  const kind = marks.some((m) => m.kind === 'match')
    ? 'match'
    : marks.some((m) => m.kind === 'found')
      ? 'found'
      : marks.some((m) => m.kind === 'near')
        ? 'near'
        : 'weighed';
  return (
    <Tooltip
      label={<Explained marks={marks} />}
      multiline
      maw={340}
      events={{ hover: true, focus: true, touch: true }}
    >
      <mark
        className={classes.mark}
        data-kind={kind}
        data-found={marks.some((m) => m.kind === 'found') || undefined}
      >
        {text}
      </mark>
    </Tooltip>
  );
}

/** Why a run of text is marked: rule, version, the form that matched; or what was weighed against it. */
function Explained({ marks }: { readonly marks: readonly Mark[] }) {
  return (
    <div className={classes.explained}>
      {marks.map((mark, i) => {
        switch (mark.kind) {
          case 'match':
            return <MatchWords key={i} match={mark.match} />;
          case 'weighed':
            return (
              <div key={i}>
                {EXCLUSION[mark.exclusion.context]} context: {mark.exclusion.reason}
              </div>
            );
          case 'near':
            return (
              <div key={i}>
                <strong>{mark.near.title}</strong>: near miss, lacks {mark.near.missing}
              </div>
            );
          case 'found':
            return <div key={i}>Matches your search</div>;
          default:
            return mark satisfies never;
        }
      })}
    </div>
  );
}

/** How a post names an address of a bank. */
const LINK = {
  text: 'Names',
  links: 'Links to',
  redirects: 'Leads, by a shortened link, to',
  forwardedFrom: 'Forwarded from',
} as const;

export function MatchWords({ match }: { readonly match: Match }) {
  return (
    <div>
      <strong>{match.title}</strong> · {SEVERITY[match.severity]}
      {match.link === undefined && <> · {languageName(match.language)}</>}
      <div>
        {match.copy
          ? `Known text, ${copyWords(match.copy)}: `
          : match.link === undefined
            ? 'Matched as '
            : `${LINK[match.link.in]} `}
        <bdi>{match.normalised}</bdi>
      </div>
      <div dir="ltr">
        {match.rule}, version {match.packVersion}
      </div>
    </div>
  );
}
