import { describe, expect, it } from '@jest/globals';
import { parsePack } from '../packs/parse-pack.js';
import { compileRuleset } from '../rules/ruleset.js';
import { inspect } from './classify.js';
import type { Subject } from './exclude.js';

const PACK = (rule: string) => `
name: links
title: Links of an invented movement
description: ''
maintainer: Tests
licence: Apache-2.0
signs:
  join: { en: [join us] }
contexts:
  - { context: news, reason: reported speech, phrases: { en: [according to officials] } }
rules:
  - id: channels
    title: Channels of the movement
    kind: link
    category: media-office
    severity: high
    indicator: recruitment
    reference: unverified
${rule.replaceAll(/^/gm, '    ')}
    examples: { match: [see t.me/green_banner], noMatch: [see t.me/green] }
`;
const LINKS = 'links: [t.me/green_banner, banner.example/news, "@green@social.example"]';
const parse = (rule: string) => parsePack(new Map([['pack.yaml', PACK(rule)]]));

function rulesetOf(rule: string) {
  const { pack } = parse(rule);
  if (!pack) throw new Error('the pack is at fault');
  return compileRuleset([{ content: pack, version: 1 }]);
}

const judge = (text: string, post: Partial<Subject> = {}, rule = LINKS) =>
  inspect(rulesetOf(rule), { context: 'unknown', ...post, text });

describe('a rule of links', () => {
  it('matches an address in the text, with its place and the one it is listed as', () => {
    const text = 'New channel: https://telegram.me/s/Green_Banner/7, join';
    const [match, ...more] = judge(text).findings.matches;
    expect(more).toEqual([]);
    expect(match).toMatchObject({
      rule: 'links/channels',
      kind: 'link',
      normalised: 't.me/green_banner',
      link: { address: 'https://telegram.me/s/Green_Banner/7', in: 'text' },
    });
    expect(match && text.slice(match.span.start, match.span.end)).toMatch(
      /telegram\.me\/s\/Green_Banner\/7$/,
    );
  });

  it.each<[string, Partial<Subject>, string]>([
    ['its links', { links: ['https://www.banner.example/news/5?utm_source=a'] }, 'links'],
    [
      'where a shortened link leads',
      { redirects: [{ from: 'https://bit.ly/a', to: 'https://t.me/green_banner' }] },
      'redirects',
    ],
    ['whom it forwards', { platform: 'telegram', forwardedFrom: '@green_banner' }, 'forwardedFrom'],
  ])('matches %s, without a place in the text', (_, post, where) => {
    const { findings } = judge('Look at this', post);
    expect(findings.matches).toHaveLength(1);
    expect(findings.matches[0]).toMatchObject({ span: { start: 0, end: 0 }, link: { in: where } });
    expect(findings.severity).toBe('high');
  });

  it('matches a handle on the platform it is of, and on no other', () => {
    expect(judge('with @Green_Banner', { platform: 'telegram' }).findings.matches).toHaveLength(1);
    expect(judge('with @Green_Banner', { platform: 'x' }).findings.matches).toEqual([]);
    expect(judge('with @green@social.example').findings.matches).toHaveLength(1);
  });

  it('is told once where a post has it in its text and among its links', () => {
    const { matches } = judge('see t.me/green_banner', { links: ['https://t.me/green_banner'] }).findings;
    expect(matches.map(({ link }) => link?.in)).toEqual(['text']);
  });

  it('is weighed as other rules are', () => {
    expect(judge('t.me/green_banner, according to officials').findings.cancelled).toHaveLength(1);
    expect(judge('see t.me/green_banner', { context: 'news' }).findings.cancelled).toHaveLength(1);
    const needy = `${LINKS}\nneeds: { signs: [join] }`;
    expect(judge('see t.me/green_banner', {}, needy).judgement?.nearMisses).toHaveLength(1);
    expect(judge('join us: t.me/green_banner', {}, needy).findings.matches).toHaveLength(1);
    expect(judge('join us', { links: ['https://t.me/green_banner'] }, needy).findings.matches).toHaveLength(
      1,
    );
  });

  it('has near it in the text what stands near it, and nothing where it is beside the text', () => {
    const near = `${LINKS}\nwith: [{ signs: [join], within: 3 }]`;
    expect(judge('join us at t.me/green_banner', {}, near).findings.matches).toHaveLength(1);
    expect(judge('join us', { links: ['https://t.me/green_banner'] }, near).findings.matches).toEqual([]);
  });

  it('takes no more places than a reader reads', () => {
    expect(judge('t.me/green_banner '.repeat(300)).findings.matches).toHaveLength(20);
  });
});

describe('a rule of links at fault', () => {
  it.each([
    ['without links', 'note: none', 'rules.0.links', /lists the addresses it is found by/],
    ['with phrases', `${LINKS}\nphrases: { en: [green] }`, 'rules.0.phrases', /no field of a link/],
    ['with edits', `${LINKS}\nedits: 1`, 'rules.0.edits', /no field of a link/],
    ['with a pattern', `${LINKS}\npattern: abc`, 'rules.0.pattern', /no field of a link/],
    ['of nothing', 'links: []', 'rules.0.links', /at least one/],
    ['with what is no address', 'links: [example.org, nowhere]', 'rules.0.links.1', /such as example\.org/],
    ['with a whole platform', 'links: [https://www.youtube.com/]', 'rules.0.links.0', /name a channel of it/],
    [
      'with one address twice',
      'links: [t.me/name, example.org, telegram.me/s/Name]',
      'rules.0.links.2',
      /same address as links\.0/,
    ],
  ])('%s is told where', (_, rule, field, says) => {
    const { pack, problems } = parse(rule);
    expect(pack).toBeNull();
    expect(problems.map((problem) => problem.field)).toEqual([field]);
    expect(problems[0]?.message).toMatch(says);
    expect(problems[0]?.line).toBeGreaterThan(10);
  });
});
