import type { TextValue } from './text-value.js';

/** A date as the feed writes it, and the instant it means (milliseconds since the epoch; null where nobody can tell). */
export interface DateValue {
  readonly text: string;
  readonly at: number | null;
}

export interface FeedLink {
  readonly href: string;
  readonly rel: string;
  readonly type: string;
  readonly length?: string;
  readonly title?: string;
}

export interface FeedPerson {
  readonly name: string | null;
  readonly email: string | null;
  readonly uri: string | null;
}

export interface FeedMedia {
  readonly url: string;
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** What feed and entry share. */
export interface FeedPart {
  readonly id: string | null;
  readonly title: TextValue | null;
  readonly link: string | null;
  readonly links: readonly FeedLink[];
  /** Summary or description of an entry; subtitle, tagline or description of a feed. */
  readonly summary: TextValue | null;
  readonly author: FeedPerson | null;
  readonly language: string | null;
  readonly published: DateValue | null;
  readonly updated: DateValue | null;
  readonly created: DateValue | null;
}

export interface FeedEntry extends FeedPart {
  readonly content: readonly TextValue[];
  readonly media: readonly FeedMedia[];
  /** Whether the id is the entry's address too (RSS: guid with isPermaLink). */
  readonly idIsLink: boolean;
  /** For problems: its place in the document, from 1. */
  readonly number: number;
}

/** A feed of any format. Texts are plain or clean markup, addresses absolute. */
export interface Feed extends FeedPart {
  /** `rss20`, `rss091`, `rss10`, `atom10`, `atom03`, `json11` …; `rss` or `atom` where it does not say. */
  readonly version: string;
  readonly info: TextValue | null;
  readonly entries: readonly FeedEntry[];
  /** How long the feed asks to be left alone, from ttl or sy:updatePeriod; null where it does not say. */
  readonly patienceMs: number | null;
}
