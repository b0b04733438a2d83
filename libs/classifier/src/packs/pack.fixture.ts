/** A small invented pack for tests: neutral words stand for slogans. */
export const GREEN_BANNER = `
name: green-banner
title: The Green Banner, an invented movement
description: For tests
maintainer: Tests
licence: Apache-2.0
signs:
  movement:
    en: [green banner]
    ar: [الراية الخضراء]
contexts:
  - context: news
    reason: reported speech
    phrases: { en: [according to officials], ar: [بحسب مسؤولين] }
  - context: counter-speech
    reason: condemnation
    atLeast: 2
    phrases: { en: [we condemn, shame on them] }
  - context: religious
    reason: teaching
    phrases: { en: [the scholar explained] }
references:
  handbook: { title: An invented handbook }
rules:
  - id: evergreen
    title: Evergreen and growing
    kind: slogan
    category: slogan
    severity: high
    indicator: territorial-claim
    stance: inspired
    reference: handbook
    phrases:
      en: [evergreen and growing]
      ar: [خضراء وتنمو, الغابة الكبرى]
      fa: [سبز می‌ماند]
      ur: [ہمیشہ سرسبز]
      ru: [вечно зелёная]
      tr: [hep yeşil kalır]
      fr: [toujours verte]
      bn: [চিরসবুজ থাকবে]
      ps: [تل شین]
    unless:
      en: [evergreen and growing season]
    examples: { match: [Evergreen and growing!], noMatch: [an evergreen tree] }
  - id: watering
    title: Watering (an everyday word)
    kind: slogan
    category: campaign
    severity: low
    indicator: other
    reference: unverified
    phrases: { en: [watering day, green banner watering] }
    needs: { signs: [movement], categories: [slogan] }
    excludedBy: [news, religious]
    examples: { match: [watering day of the green banner], noMatch: [watering day in the park] }
  - id: office
    title: The forest's office
    kind: slogan
    category: media-office
    severity: critical
    indicator: central-command
    stance: directed
    reference: [handbook]
    excludedBy: []
    phrases: { en: [forest office], ar: [مكتب الغابة] }
    examples: { match: [Forest Office], noMatch: [office in a forest] }
`;

/** The files of that pack, changed where a test wants it. */
export function greenBanner(change: (yaml: string) => string = (yaml) => yaml): ReadonlyMap<string, string> {
  return new Map([['pack.yaml', change(GREEN_BANNER)]]);
}
