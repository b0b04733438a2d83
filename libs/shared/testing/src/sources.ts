import { Source, SourceDraft } from '@vigil/contracts';

let made = 0;

/** A source of which a test says only what it talks about: `aSource().called('sahel-news').reading('https://…').build()`. */
export function aSource(): SourceBuilder {
  made += 1;
  return new SourceBuilder({
    id: `source-${made}`,
    name: `Source ${made}`,
    locator: { kind: 'rss', url: 'https://feeds.example.org/news.xml' },
    justification: {
      reason: 'watched by a test of this program',
      approvedBy: 'Test Approver',
      until: '2030-01-01T00:00:00Z',
    },
  });
}

/** Immutable, as PostBuilder. */
export class SourceBuilder {
  constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

  called(id: string): SourceBuilder {
    return this.with({ id, name: id });
  }

  reading(url: string): SourceBuilder {
    return this.with({ locator: { kind: 'rss', url } });
  }

  importing(
    from?: string | { file: string },
    options: { mode?: 'once' | 'follow' | 'replay'; backfill?: boolean } = {},
  ): SourceBuilder {
    return this.with({ locator: { kind: 'import', ...(from === undefined ? {} : { from }), ...options } });
  }

  every(everySeconds: number): SourceBuilder {
    return this.with({ schedule: { everySeconds } });
  }

  about(region: string): SourceBuilder {
    return this.with({ labels: { region } });
  }

  approvedUntil(until: string): SourceBuilder {
    return this.with({
      justification: { reason: 'watched by a test of this program', approvedBy: 'Test Approver', until },
    });
  }

  paused(): SourceBuilder {
    return this.with({ paused: true });
  }

  /** Any other field of the draft. */
  with(fields: Partial<Record<keyof SourceDraft, unknown>>): SourceBuilder {
    return new SourceBuilder({ ...this.fields, ...fields });
  }

  /** What an operator writes. */
  draft(): SourceDraft {
    return SourceDraft.parse(this.fields);
  }

  /** As stored and served. */
  build(stored: { createdAt?: string; demo?: boolean } = {}): Source {
    const { createdAt = '2026-11-01T00:00:00Z', demo = false } = stored;
    return Source.parse({
      ...this.draft(),
      createdAt,
      updatedAt: createdAt,
      demo,
      health: {
        state: 'waiting',
        lastPollAt: null,
        lastSuccessAt: null,
        nextPollAt: null,
        lastError: null,
        consecutiveFailures: 0,
        postsCollected: 0,
      },
    });
  }
}
