import type { PostEvent, PostFacts, Verdict, VerdictEvent } from '@vigil/contracts';
import { Found, NormalisedText, normalise } from '@vigil/text';
import { copiesSeen } from '../banks/copies.js';
import { entitiesIn } from '../entities/entities.js';
import { languageOf, type PostLanguage } from '../languages/language-of.js';
import type { Ruleset } from '../rules/ruleset.js';
import { exclude, type Judgement, type Subject } from './exclude.js';
import { linksSeen } from './links.js';
import { readPatterns } from './patterns.js';
import { nothingFound, publish, type Findings } from './publish.js';
import { score } from './score.js';
import { inShadow, liveAmong } from './shadow.js';
import { sightingsOf, type Sighting } from './sightings.js';

/** decode → normalise → match → exclude → score → publish. Buffers are reused from text to text. */
const normalised = new NormalisedText();
const found = new Found();

/** Judges one text. Synchronous and pure; linear in the text; never throws for any string. */
export function classifyText(ruleset: Ruleset, subject: Subject): Findings {
  return inspect(ruleset, subject).findings;
}

/**
 * The same with what lies between, for the test bench. `judgement` is that of the live rules, `whole` that of live rules
 * and those in shadow together; null where none was seen.
 */
export function inspect(
  ruleset: Ruleset,
  subject: Subject,
): {
  findings: Findings;
  judgement: Judgement | null;
  whole: Judgement | null;
  normalised: NormalisedText;
} {
  normalise(subject.text, normalised);
  ruleset.automaton.find(normalised, found);
  ruleset.tolerant?.find(normalised, found);
  const phrases = sightingsOf(ruleset, found, subject.text, normalised, {
    copies: copiesSeen(ruleset, normalised),
    links: linksSeen(ruleset, subject, normalised),
  });
  if (!phrases) return { findings: nothingFound(ruleset), judgement: null, whole: null, normalised };
  const seen = { ...phrases, rules: readPatterns(ruleset, phrases.rules, subject.text, normalised) };
  const entities = entitiesIn(subject.text);
  const language = toldOnce(subject);
  const known: Subject = {
    ...subject,
    get language() {
      return language().tag;
    },
  };
  const judge = (rules: readonly Sighting[]) =>
    exclude(ruleset, { ...seen, rules }, known, normalised, entities);
  const live = liveAmong(ruleset, seen.rules);
  const both = live.length < seen.rules.length ? judge(seen.rules) : null;
  const shadow = both ? inShadow(ruleset, both, normalised) : {};
  if (live.length === 0)
    return { findings: { ...nothingFound(ruleset), ...shadow }, judgement: null, whole: both, normalised };
  const judgement = judge(live);
  const published = publish(ruleset, judgement, score(ruleset, judgement), normalised, entities);
  const identified = judgement.standing.length > 0 ? language().identified : null;
  const findings = { ...published, ...(identified && { language: identified }), ...shadow };
  return { findings, judgement, whole: both ?? judgement, normalised };
}

/** The post's language, told at the first call: only conditions and hits ask, and most posts have neither. */
function toldOnce({ text, language }: Subject): () => PostLanguage {
  let told: PostLanguage | undefined;
  return () => (told ??= languageOf(text, language));
}

/** The text to judge, or null where the event has none: a deletion. */
export function subjectOf(event: PostEvent): Subject | null {
  if (event.type === 'deleted') return null;
  const { id, text, language, author, links, redirects, media, forwardedFrom } = event.post;
  const platform = id.slice(0, id.indexOf(':'));
  const { context, region } = event;
  return { text, context, region, language, author, platform, links, redirects, media, forwardedFrom };
}

/** Judges one event: one verdict for each. */
export function classify(ruleset: Ruleset, event: PostEvent): Verdict {
  const subject = subjectOf(event);
  const { id: postId, revision } = event.post;
  return { postId, revision, ...(subject ? classifyText(ruleset, subject) : nothingFound(ruleset)) };
}

/** What goes onto the bus: the verdict, the facts that are counted, and the post only where a match stands, also in shadow. */
export function verdictEvent(ruleset: Ruleset, event: PostEvent): VerdictEvent {
  const verdict = classify(ruleset, event);
  const post = verdict.matches.length > 0 || verdict.shadow !== undefined ? event.post : null;
  return { type: event.type, facts: factsOf(event), verdict, post, trace: event.trace };
}

function factsOf({ post, region }: PostEvent): PostFacts {
  const { id, revision, sourceId, channel, publishedAt, collectedAt, backfill, demo } = post;
  return { id, revision, sourceId, channel, region, publishedAt, collectedAt, backfill, demo };
}
