import type { Words } from './concept.js';

export const ha: Words = {
  negation: "ba babu kada kar ba'a bai basu basa taba banda ya-isa ban bata",
  killing:
    'kashe* kisa kisan* jini kabari kaburbura marayu maraya yanka* gawa gawarwaki mahauta rusa* kango bam mutuwa mutu* wadanda-aka-kashe',
  lying:
    'karya karyar karyace makaryata makaryaci yaudara* damfara jabu wai tatsuniya* farfaganda bata rudi* ruda*',
  insult:
    "kunya matsorata matsoraci barayi barawo 'yan-daba yan-daba kare karnuka wawa wawaye jahilai mahaukata guba dodanni jahannama la'ananne la'ana tir azzalumai",
  opposing:
    'tir-da tir kin-amincewa yi-tir yaki-da adawa gangami amsa kalubalanta watsi dakatar bijire* allawadai',
  khawarij:
    "khawarij* hawarij* takfiri ta'addanci yan-ta'adda 'yan-ta'adda daesh isis tsattsauran tsaurin bata* batacc*",
  helping: 'taimako layin shawara mafita yarda magana damuwa kariya kyauta',
  family:
    "uwa mahaifiya* uba mahaifi* da ɗa 'ya 'ya'ya yara yaro yaronku dana dan-uwana kawu* kawuna iyaye mata gwauruwa iyali* makwabta",
  youth: 'matasa matashi dalibi dalibai makaranta yaro saurayi',
  blocking: 'kai-kara kara toshe* goge* cire* share* rufe* haramta*',
  mercy:
    "musulunci addini addininmu imani rahama zaman-lafiya lafiya marasa-laifi adalci kauna annabi alkur'ani kur'ani sunna haram",
  scholar: "limami limamai malam malamai mufti azhar shehi fatawa wa'azi",
  past: 'tsohon tsohuwar nadama* a-da da-can gudu* tsere* tsira tuna bari',
  police:
    "'yan-sanda yan-sanda sanda kama* wanda-ake-zargi zargi tsare* samame bincike* masu-bincike leken jami'an",
  court:
    "kotu* alkali* shari'a* hukunci* daure* kurkuku gidan-yari lauya* lauyansa tuhuma* laifi gabatar-da-kara kara*",
  official:
    'minista ministan gwamnati* kakaki* shugaba shugaban hukuma* hukumomi majalisa* mdd amurka takunkumi gwamna* magajin soji sojojin-najeriya rundunar kawance ofishin-jakadanci',
  saying:
    'ce cewa ya-ce ta-ce sun-ce in-ji cewar sanar* sanarwa bayyana* tabbatar* gargadi* dauki-alhaki alhaki* ruwaito* shaida*',
  press:
    "reuters afp bbc kamfanin-dillancin jarida* jaridar wakilinmu dan-jarida 'yan-jarida hira* labari* labarai dumi kai-tsaye rahoto* hotuna",
  event: 'hari* harin fashewa fashewar raunata* jikkata rikici artabu garkuwa harbe* mutane-suka',
  asking: 'me menene mene yaya waye wa yaushe ina tambaya* bayani dalilin shin ko',
  platform:
    'facebook twitter telegram youtube tiktok meta asusu* shafi* shafuka dandali* abun-ciki masu-amfani sakonni* europol intanet',
  study:
    "bincike* nazari* makala* kundin* babi littafi* mujallar-kimiyya jami'a* farfesa taron takaitawa lakca* sharhi* marubuci* masana ilimi rubuce bita darasi",
  method:
    "bayanai* samfuri* alama* nazarin sakamako* teburi* hoto-na hanyar* iyaka* iyakokin kwatanc* kwatanta* kashi yawan tsari ka'ida zance",
  term: "kalma* kalmar kalmomi jumla take* ma'ana* ma'anar nufi* nufin fassara* asali* asalin kamus suna sunan ana-kiran",
  history: 'tarihi* tarihin karni* usmaniyya abbasiyya umayyad* sakkwato zamani*',
  brothers: "'yan'uwa yan'uwa ansar* magoya zakoki muwahid* al'umma dan-uwa",
  spreading: 'yada* ku-yada shiga* bi biyo link* tasha* tashar ajiya bot* sauke* makala-a-sama tura*',
  release: 'sabo sabon sabuwa* sabuwar fitowa* nashida* sauti bidiyo* zane kashi jeri* musamman nan-ba',
  praise:
    'allah bismillah alhamdulillah* insha in-sha subhanallah mashallah akbar yardar izinin godiya ubangiji wallahi amin',
  enemy:
    "kafir* kafirai arna murtad* murtaddai dagut* 'yan-gicciye yan-gicciye rafid* mushrik* munafuk* makiya* makiyi",
  pledging: "mubaya'a* bai'a* rantsuwa* biyayya ji-da-bi mun-ji sabunta* alkawari",
  standing:
    'tabbat* hakuri nasara* kusa tuta* har-abada ayari* karfi nan-daram wanzu* ganima* tashin-kiyama kiyama dawo* ki',
  fighter:
    'mujahid* mujahidai shahid* shahidai harin-sadaukarwa kwanton* fursuna* fursunoni hijira* sansani* soja sojoji sintiri* bariki* mota*',
  giving: 'gudummawa* sadaka* dukiya* kudi* tallafi* taimaka* monero bitcoin zakka',
  leader: 'halifa* khalifa* amir* sarki shehu shaikh kwamanda*',
  we: 'mu mun muna namu mana',
  i: 'ni na ina nawa mini min',
  you: 'ku kun kuna naku kai ka ke kuke kake',
  they: 'su sun suna nasu masu wadanda wanda',
  laughing: 'haha* dariya* ba-dariya wasa',
  trade: 'shago* farashi* kamfani* gidan-abinci burodi* oda kasuwa* aiki* ofis* otal banki*',
  worship:
    "sallah* salla addu'a* azumi* ramadan* idi masallaci* aya ayar sura* hadisi* hajji juma'a* huduba* buda-baki tafsiri* asuba magariba isha",
  leisure: 'wasa* kwallo* gola jarrabawa* yanayi kek bikin* aure* hutu gona fim waka*',
};
