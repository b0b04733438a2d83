import type { Words } from './concept.js';

export const en: Words = {
  negation:
    "not no never nobody nothing none without don don't doesn isn aren wasn weren can't cannot won't nor neither stop",
  killing:
    'kill* murder* slaughter* blood* victim* grave* orphan* massacre* behead* corpse* butcher* rubble destroy* died dead bomb*',
  lying:
    'lie lies liar* lied fake false deceiv* deceit fool* trick* brainwash* manipulat* fairytale myth hypocri* so-called allegedly lure* recruit*',
  insult:
    'coward* shame* disgrac* disgust* thug* thie* criminal* gang* dog* loser* idiot* stupid pathetic sick evil monster* clown* trash garbage cult poison* cancer disease hell',
  opposing:
    'condemn* reject* denounc* refus* oppos* against enough refut* counter resist* disavow* challeng* expose* debunk* campaign*',
  khawarij: 'khawarij kharij* takfir* terror* daesh isis extremis* radical* deviant* misguid*',
  helping:
    'helpline hotline help counsel* advice exit deradical* trust* talk listen worried prevent* safeguard*',
  family:
    'mother* mom mum father* dad son sons daughter* cousin uncle aunt nephew parent* child* kid* wife widow* family families neighbour* neighbor*',
  youth: 'youth* teen* young* pupil* student* school* boy boys girl girls',
  blocking: 'report block* ban* mute delete remov* takedown* flag* moderat*',
  mercy:
    'islam religion faith mercy merciful peace* innocent* humanity forgiv* justice love prophet quran sunnah haram',
  scholar: 'imam* scholar* mufti* azhar sheikhs cleric* ulama theolog* preach* fatwa*',
  past: 'used former ex regret* left escap* fled once survived survivor* believed remember',
  police:
    'police* arrest* suspect* detain* custody raid* seiz* officer* investigat* counterterror* intelligence plot*',
  court:
    'court* judge* prosecut* trial* sentenc* jail* prison* lawyer* charge* defend* convict* guilty jury tribunal verdict bail appeal hearing',
  official:
    'minist* government* spokes* president official* authorit* parliament un eu us sanction* pentagon mayor* governor* army military coalition embassy nato',
  saying:
    'said says say told tells according reported reportedly announce* claim* statement* confirm* warn* den*ed stated added quoted',
  press:
    'reuters afp ap bbc cnn agency newspaper* journalis* reporter* correspondent* interview* documentary headline* editor* column* breaking live news update briefing photo* footage',
  event:
    'attack* blast* explo* wounded injured casualt* fighting clash* hostage* strike* airstrike* responsib* toll shooting siege',
  asking: 'what why how who which when where explain* question* timeline fact facts guide',
  platform:
    'facebook twitter telegram youtube tiktok meta account* platform* content users posts europol online algorithm*',
  study:
    'study studies research* article* paper* thesis dissertation chapter* book* journal* university professor* seminar* conference* abstract* lecture* review* scholar* author* academic* literature bibliograph* footnote* syllabus workshop* panel volume',
  method:
    'data dataset* sample* cod*d corpus analys* result* finding* table figure method* limitation* interview* qualitativ* quantitativ* hypothes* correlation compar* classif* model* percent annotat* frequency framework theor* discours* rhetoric* narrativ*',
  term: 'term terms word* phrase* slogan* mean* translat* etymolog* glossar* defin* concept* refer* verb noun root known called name* motto expression literally',
  history: 'histor* century medieval ottoman abbasid umayyad archive* origin* era dynasty',
  brothers: 'brother* sisters akhi akhawat ansar ikhwan supporter* muwahhid* ummah lions lion',
  spreading:
    'share spread repost forward join subscrib* follow link* channel* backup bot download* mirror pinned copy upload*',
  release:
    'new release* video* issue nasheed* audio infographic* part series presents exclusive edition hd soon archive translation',
  praise:
    'allah bismillah alhamdulillah inshallah inshaallah insha subhanallah mashallah akbar grace praise permission lord wallahi amin ameen glory',
  enemy:
    'kuffar kafir* kafirs apostate* murtad* tawaghit taghut crusader* rafid* disbeliev* mushrik* infidel* munafiq* enem*',
  pledging: 'pledge* bayah allegiance obey obedience hear oath loyal* renew*',
  standing:
    'firm steadfast patience victory victor* conquest* near banner* forever caravan strong* remain* rise* return* hold ghanimah spoils until despite hate',
  fighter:
    'mujahid* shahid martyr* operation* ambush* captiv* prisoners hijrah ribat training camp* inghimasi istishhadi soldier* patrol barracks outpost targeted vehicle',
  giving: 'donat* sadaqah wealth money support* contribut* monero bitcoin wallet zakat',
  leader: 'caliph* khalifah emir amir sheikh hafidhahullah hafizahullah commander spokesman',
  we: 'we our us ours',
  i: 'i my me mine myself',
  you: 'you your yours yourself yourselves',
  they: 'they their them those these who whoever',
  laughing: 'lol lmao haha* hahaha rofl funny joke* meme*',
  trade:
    'shop* price* sale company compan* business* restaurant bakery order* customer* job* office* market hotel bank*',
  worship:
    'prayer* pray fast* ramadan eid mosque* masjid verse* surah sura hadith dua hajj jumuah khutbah ayah recit* iftar tafsir worship* fajr maghrib isha',
  leisure:
    'match goal team exam weather cake football recipe* wedding* holiday* walk garden film* music birthday coffee',
};
