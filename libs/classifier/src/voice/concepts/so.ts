import type { Words } from './concept.js';

export const so: Words = {
  negation: 'ma maaha aan ha maya waligood cidna midna la’aan iyada kuma ku-filan maba ahayn ahan',
  killing:
    'dil* dilay dileen dilaa* dilaayaal* gacan-ku-dhiigle dhiig* dhibban* qabuur* agoon* agoomo xasuuq* meyd* gowrac* burbur* qarax* dhimash* geeri',
  lying:
    'been* beenlow* beenaalayaal khiyaan* khiyaano marin-habaab* habaab* dhagar* borobagaan* sheeko* la-sheego dacaayad*',
  insult:
    'ceeb* fulay* fulayaal tuug* dambiile* danbiil* burcad* eey eeyaha doqon* nacas* jaahil* waalan xayawaan* sun* sumee* cudur* naar* habaar* inkaar* xun*',
  opposing:
    'cambaare* diid* diidan* ka-soo-horjeed* horjeed* olole* jawaab* iska-caabbi* fashil* joojiy* naco',
  khawarij: 'khawaarij* khawarij takfiir* argagixis* daacish* daesh xagjir* xag-jir* lunsan*',
  helping: 'caawin* khad* la-tali* waddo aamin* la-hadal walwal* ka-hortag* bilaash',
  family:
    'hooyo* hooyaday hooyadaa aabbe* aabo* wiil* gabadh* ina-adeer* adeer* abti* eeddo waalid* carruur* ilmo* xaas* carmal* qoys* deris* walaalkay',
  youth: 'dhallinyar* dhalinyar* arday* dugsi* iskuul* kuray* dhallin*',
  blocking: 'soo-sheeg* xir* xann* tirtir* saar* mamnuuc*',
  mercy:
    'islaam* diin* iimaan* naxariis* nabad* aan-waxba-galabsan insaan* caddaalad* jacayl* nabi* quraan* sunna* xaaraan*',
  scholar: 'imaam* culim* culimo caalim* mufti* azhar wadaad* fatwo* sheekh*',
  past: 'hore* hore-u qoomam* shallaa* waan-ka-baxay cararay* baxsad* badbaad* xusuus* jiray',
  police:
    'boolis* xir* tuhun* tuhmay* eedays* eedeysan* la-qabt* qabqab* baar* baaray* sirdoon* howlgal-ammaan ammaan*',
  court: 'maxkamad* garsoor* xeer-ilaali* dacwad* xukun* xukum* xabsi* qareen* eed* eedda dambi* dhageysi*',
  official:
    'wasiir* wasaarad* dowlad* dawlad* afhayeen* madaxweyn* saraakiil* sarkaal* baarlamaan* qaramada maraykan* mareykan* cunaqabatayn* duq* guddoomiye* ciidan* milatari* isbahaysi* safaarad*',
  saying:
    'sheeg* sheegay sheegeen yiri yiraahd* sida xaqiiji* digay* digniin* bayaan* war-saxaafadeed werisay ku-dhawaaq* masuuliyad* qoray*',
  press:
    'reuters afp wakaalad* wargeys* wariye* weriye* saxafi* saxaafad* waraysi* wareysi* dokumenti* degdeg* toos war* wararka warbixin* sawirro',
  event: 'weerar* qarax* dhaawac* dagaal* isku-dhac* afduub* rasaas* duqayn*',
  asking: 'maxay maxaa waayo sidee ayaa goorma xaggee halkee su’aal* suaal* sharax* waa-maxay ma',
  platform:
    'facebook twitter telegram youtube tiktok meta akoon* koonto* bar* madal* isticmaal* qoraal* europol internet* baraha',
  study:
    'daraasad* cilmi* cilmi-baaris* baaris* maqaal* cutub* buug* joornaal* jaamacad* borofesoor* siminaar* shir* soo-koobid cashar* faallo* qoraa* aqoonyahan* tixraac* manhaj*',
  method:
    'xog* xogta tusaale* muunad* falanqay* natiij* shax* hab* habka xaddid* tayo* tiro* isbarbar* qiyaas* qaab* aragti* hadal* celcelis*',
  term: 'erey* eray* weedh* halhays* hal-ku-dheg* halku* macn* micn* turjum* asal* qeex* magac* loo-yaqaan fikrad*',
  history: 'taariikh* qarni* cusmaani* cabbaasi* umawi* boqortooyo* casri*',
  brothers: 'walaalayaal walaalaha walaalo ansaar* muwaxid* ummad* libaax* akhi taageerayaal',
  spreading:
    'faafi* la-wadaag* ku-biir* biir* raac* link* linkigu kanaal* kayd* bot* soo-deji* deji* dhejiy*',
  release: 'cusub* tirsi* nashiid* cod* muuqaal* sawir* qayb* taxan* soo-bandhig* gaar* dhowaan hd',
  praise:
    'alle* allaah* allah bismillaah alxamdulillaah* insha subxaanallaah maashaallaah akbar fadli* idan* mahad rabbi* wallaahi aamiin',
  enemy:
    'gaal* gaalo kuffaar* murtad* murtadiin* daaquud* daaquut* saliib* raafid* mushrik* munaafiq* cadow*',
  pledging: 'bayc* bayco dhaar* adeec* maqal* daacad* cusboon* ballan*',
  standing:
    'sugan* adkays* sabir* samir* guul* fatxi* dhow* calan* weligeed safar* xoog* jir* qaniim* qiyaam* noqon* nacay*',
  fighter:
    'mujaahid* shahiid* shuhad* shahaad* howlgal* hawlgal* jid-gal* gaadmo* maxbuus* maxaabiis* hijro* ribaad* xero* askar* ciidamo junuud* roondo* saldhig* gaari* beegsad*',
  giving: 'deeq* sadaqo* maal* lacag* taageer* monero bitcoin sako*',
  leader: 'khaliif* amiir* sheekh* taliye* xifdiyo',
  we: 'annaga innaga aan waxaannu waxaynu -keenna teenna keenna',
  i: 'aniga anigu waxaan kayga tayda',
  you: 'adiga idinka waxaad idin ku kiinna taada',
  they: 'iyaga waxay kuwa kuwan kuwaas qofkii',
  laughing: 'haha* hhh* qosol* kaftan*',
  trade: 'dukaan* qiimo* shirkad* makhaayad* dalab* macmiil* shaqo* xafiis* suuq* hotel* hudheel* bangi*',
  worship:
    'salaad* soon* ramadaan* ciid* masjid* masaajid* aayad* suurad* xadiis* duco* xaj* jimc* khudbad* afur* tafsiir* subax* maqrib* cishe*',
  leisure: 'ciyaar* gool* koox* imtixaan* cimilo* keeg* kubad* aroos* fasax* beer* filim* shaah*',
};
