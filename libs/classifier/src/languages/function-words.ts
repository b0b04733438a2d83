/**
 * Common words of the grammar of languages that the n-gram libraries know badly or not at all. That such words tell
 * languages apart in short texts: G. Grefenstette, “Comparing two language identification schemes”, JADT 1995.
 */
const LISTS = {
  ha: 'da na ya ta ba ne ce mai cikin wannan don suka kuma amma shi ke yana tana suna za ga kan sun wani wata duk domin kamar idan har yi ake ana cewa bayan mun daga wadanda waɗanda muna akan zuwa tare kowa babu yau wajen mutane lokacin yadda shine gare tsakanin saboda sosai muka zai zata ina game dukkan yanzu masu wanda wadda haka an kai',
  so: 'waa oo iyo ku ay uu waxa waxaa waxay wuxuu ee soo lagu laga ayaa ayay ayey baa kale aan aad badan inuu inay isagoo sida kuwa kuwaas leh wax markii kaas waxaan loo isku kala ugu wuxu ayuu hadda maanta dadka wada kula inaan marka kaga lala nagu noo naga wey way dhex kadib kaddib ilaa balse laakiin haddii mar yahay tahay ahaa jira',
  sw: 'ya wa kwa ni za katika kuwa hii ambayo hiyo cha yake yao lakini pia kama huo wao watu wote baada hivyo bila kwamba',
  ps: 'د په چې کې ته ده او له څخه هم یې دا یو شوي کړي لپاره باندې مې زموږ چی کی کوي شو شوه هغه ځان وي خو پر دغه وو نو دی کړه څه يې ستاسو موږ تاسو هغو لري کول شي نه سره',
} as const;
export type Listed = keyof typeof LISTS;

const WORDS: Readonly<Record<Listed, ReadonlySet<string>>> = {
  ha: new Set(LISTS.ha.split(' ')),
  so: new Set(LISTS.so.split(' ')),
  sw: new Set(LISTS.sw.split(' ')),
  ps: new Set(LISTS.ps.split(' ')),
};

/** Malay as Malaysia spells it, in words that Indonesian spells otherwise or does not have. */
const MALAY = new Set(
  'kerana bahawa wang awak korang universiti kualiti tentera jumaat isnin khamis mac ogos rasmi cuba beza disember januari februari julai daripada sahaja bagaimanapun manakala ialah sekiranya berkenaan'.split(
    ' ',
  ),
);

export interface FunctionWords {
  readonly language: Listed;
  /** Different ones of that language in the text, and the share of all words that are such. */
  readonly different: number;
  readonly share: number;
}

/** How much of a text of `words` in small letters is grammar of that language. */
export function functionWordsOf(language: Listed, words: readonly string[]): FunctionWords {
  const found = words.filter((word) => WORDS[language].has(word));
  return {
    language,
    different: new Set(found).size,
    share: words.length === 0 ? 0 : found.length / words.length,
  };
}

export function isSpeltMalay(words: readonly string[]): boolean {
  return words.some((word) => MALAY.has(word));
}
