/** A shorter text is no item of a bank: that is a phrase, and said by many who copy nobody. In words. */
export const LEAST_ITEM_WORDS = 4;

/**
 * Near copies and passages are told from here on, in words; what is shorter is known only whole. Twelve words in a row
 * are rarely said twice by chance, while set phrases of greeting, prayer and news reach eight to ten.
 */
export const LEAST_WORDS = 12;

/** A passage is at least this share of its item, */
export const LEAST_SHARE = 0.1;
/** or this long, in words, whatever share of a long statement that is. */
export const LONG_PASSAGE_WORDS = 40;

/** From this Jaccard similarity of its shingles on a text is a near copy: every fifth word changed is 0.34. */
export const LEAST_NEAR = 0.3;

/** Items that one post is told to copy: those of which it has the most. */
export const MAX_COPIES = 16;

/** Items looked at for one shingle, the newest: a formula that more of them hold tells none of them. */
export const MAX_FOR_SHINGLE = 64;

/** Words between two parts of a copy that are still shown as one span. */
export const SPAN_GAP_WORDS = 10;
