// Written by tools/unicode/confusables.mjs; do not edit.
// Source: confusables.txt of Unicode Technical Standard #39, version 13.0.0, as the npm package unhomoglyph 1.0.6 carries it.
// Copyright © Unicode, Inc.; Unicode License V3, https://www.unicode.org/license.txt

/** By small Latin letter, the characters that look like it or its capital, without those that fold to it anyway. */
export const LOOKS_LIKE: Readonly<Record<string, string>> = {
  a: 'ɑΑαАаᎪᗅẚ⍶⍺ꓮ𝚨𝛂𝛢𝛼𝜜𝜶𝝖𝝰𝞐𝞪',
  b: 'ƀƂƃƄɓΒБВЬѢѣҌҍᏏᏴᑲᑳᖯᗷꓐꞴ𝚩𝛣𝜝𝝗𝞑',
  c: '¢ȼϲϹСсҪҫᏟᴄ₡Ⲥⲥꓚꮯ𐐕𐐽🅮🝌',
  d: 'ÐĐđƉƌɖɗԁᎠᏧᑯᗞᗪ₫ꓒꓓ',
  e: 'ɆɇΕЕеҽҿᎬ℮⋿ꓰꬲ𝚬𝛦𝜠𝝚𝞔',
  f: 'ƑƒϜքᖴᵮẝꓝꞘꞙꬵ𝈓𝟊',
  g: 'ƍǤǥɠɡԌցᏀᏳᶃᶢꓖ',
  h: 'ĦħɦΗНћҢһӇӉհᎻᏂᏲᕼᵸℏⱧⲎꓧꚕ𝚮𝛨𝜢𝝜𝞖',
  i: 'ıƖɨɩɪ˛ͺΙιІіӀӏᎥᵻᵼι⍳⍸Ⲓꙇꭵ𝚤𝚰𝛊𝛪𝜄𝜤𝜾𝝞𝝸𝞘𝞲',
  j: 'ɈɉͿϳЈјᎫᒍꓙꞲ',
  k: 'ƙΚКҚҞᏦ₭ⱩⲔꓗꝀ𝚱𝛫𝜥𝝟𝞙',
  l: 'ŁłƗƚǀɫɭᏞᒪ∣⏽Ⳑꓡꓲ￨𐐛𝈪',
  m: 'ΜϺМӍᎷᗰⲘꓟ𝚳𝛭𝜧𝝡𝞛',
  n: 'ƝƞɳΝηոռᵰⲚꓠ𐆎𝚴𝛈𝛮𝜂𝜨𝜼𝝢𝝶𝞜𝞰',
  o: 'ØøƟǾɵΘΟθοσϑϴОоѲѳӨөՕօᎾᏫᴏᴑ⊖⊝⍬ⲞⲟꓳꝊꝋꬽꬾꭴꮎꮻ𐐄𐐬𝈚𝚯𝚶𝚹𝛉𝛐𝛔𝛝𝛩𝛰𝛳𝜃𝜊𝜎𝜗𝜣𝜪𝜭𝜽𝝄𝝈𝝑𝝝𝝤𝝧𝝷𝝾𝞂𝞋𝞗𝞞𝞡𝞱𝞸𝞼𝟅🜔',
  p: 'ƥΡρϱРрᏢᑭᵽ⍴Ⲣⲣꓑ𝚸𝛒𝛠𝛲𝜌𝜚𝜬𝝆𝝔𝝦𝞀𝞎𝞠𝞺𝟈',
  q: 'ʠԛգզ',
  r: 'ƦɍɼɽгғᎡᏒᖇᴦᵲⲅꓣꭇꭈꮁ𝈖',
  s: 'ƽʂЅѕՏᏕᏚᵴꓢꜱꮪ𐐠𐑈',
  t: 'ŦŧƭƮȾΤТҬᎢᵵ₮⊤⍡⟙Ⲧꓔ𝚻𝛵𝜯𝝩𝞣🝨',
  u: 'ɄʋυՍսᏌᑌᴜᵾ∪⋃ꓴꞟꭎꭒꮜ𝛖𝜐𝝊𝞄𝞾',
  v: 'νѴѵᏙᐯᴠ∨⋁ꓦꮩ𐆗𝈍𝛎𝜈𝝂𝝼𝞶🜈',
  w: 'ɯѡѽԜԝաᎳᏔᴡ₩ꓪꝡꮃ',
  x: '×ΧХхҲᕁᕽ᙭᙮╳⤫⤬⨯⨰ⲬꓫꞳ𐆖𝚾𝛸𝜲𝝬𝞦',
  y: '¥ƴɎɏɣʏΥγϒУуҮүҰұᎩᎽᶌỿℽⲨꓬꭚ𝚼𝛄𝛶𝛾𝜰𝜸𝝪𝝲𝞤𝞬',
  z: 'ƵƶȤȥʐΖᏃᴢᵶꓜꮓ𐋵𝚭𝛧𝜡𝝛𝞕',
};
