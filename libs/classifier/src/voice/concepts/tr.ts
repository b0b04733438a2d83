import type { Words } from './concept.js';

export const tr: Words = {
  negation: 'değil yok hayır asla hiç hiçbir ne olmaz etmez etmeyin istemiyoruz yeter inanmayın',
  killing:
    'öldür* katlia* katil* kan* kurban* mezar* yetim* cinayet* ölü ölü* yıkıntı* bomba* canı* şehitlerimiz',
  lying: 'yalan* sahte* kandır* aldat* sözde uydur* masal* beyin propaganda tuzak* iftira*',
  insult:
    'korkak* utan* rezil* çapulcu* hırsız* cani* çete* köpek* aptal* cahil* zavallı* hasta* canavar* palyaço* sapık* sapkın* zehir* kanser cehennem* alçak* yazıklar lanet*',
  opposing: 'kınıyor* kına* redd* karşı lanetl* diren* hayır çürüt* cevap* kampanya* ifşa*',
  khawarij: 'harici* tekfir* terör* daeş deaş işid aşırı* radikal* sapkın*',
  helping: 'destek hattı* yardım* danış* çıkış* güven* konuş* endişe* önle* ücretsiz',
  family:
    'anne* baba* oğl* oğul* kız* kuzen* amca* dayı* teyze* ebeveyn* çocuk* eş* dul aile* komşu* kardeşimi kardeşim evlat* evlad*',
  youth: 'genç* ergen* öğrenci* okul* lise*',
  blocking: 'bildir* engelle* şikayet* şikâyet* sil* kaldır* kapat* yasak* denetim*',
  mercy:
    'islam* din* iman* merhamet* rahmet* barış* masum* insanlık* adalet* sevgi* peygamber* kuran* sünnet* haram*',
  scholar: 'imam* alim* âlim* müftü* ezher* hoca* vaiz* fetva* diyanet*',
  past: 'eski* pişman* ayrıl* kaçt* kurtul* eskiden inanmıştım hatırla* vaktiyle',
  police:
    'polis* gözaltı* şüpheli* zanlı* tutukla* yakala* operasyon* ele soruştur* emniyet* jandarma* istihbarat* baskın*',
  court:
    'mahkeme* hakim* hâkim* savcı* dava* ceza* hapis* cezaevi* avukat* sanık* suçla* duruşma* iddianame* hüküm* beraat* yargı*',
  official:
    'bakan* hükümet* sözcü* başkan* yetkili* meclis* bm abd ab yaptırım* vali* ordu* askeri koalisyon* büyükelçi* nato belediye*',
  saying:
    'dedi* söyle* göre açıkla* bildir* duyur* iddia* belirt* doğrula* uyar* aktar* anlat* üstlen* yazdı*',
  press:
    'ajansı reuters afp gazete* muhabir* röportaj* belgesel* manşet* haber* dakika canlı foto* basın* editör* köşe',
  event: 'saldırı* patlama* yaralı* çatışma* rehin* can kaybı* bilanço* eylem* hava',
  asking: 'ne neden nasıl kim hangi nerede nedir mi mı soru* soruda bilinen*',
  platform:
    'facebook twitter telegram youtube tiktok meta hesap* platform* içerik* kullanıcı* paylaşım* europol çevrimiçi sosyal algoritma*',
  study:
    'çalışma* araştırma* makale* tez* bölüm* kitap* dergi* üniversite* profesör* seminer* konferans* özet* ders* inceleme* yazar* akademi* literatür* kaynakça* dipnot* çalıştay* panel* bildiri* sempozyum*',
  method:
    'veri* örneklem* kod* derlem* analiz* bulgu* tablo* şekil yöntem* sınırlılık* nitel nicel hipotez* karşılaştır* sınıflan* model* yüzde etiket* sıklı* çerçeve* kuram* söylem* retorik* anlatı* tespiti',
  term: 'terim* kelime* sözcük* ifade* slogan* anlam* çeviri* köken* sözlük* tanım* kavram* denir isim* kök* adı* demektir',
  history: 'tarih* yüzyıl* osmanlı* abbasi* emevi* arşiv* dönem* hanedan*',
  brothers: 'kardeşler* kardeşlerim ahi ensar* muvahhid* ümmet* aslan* ihvan* bacı*',
  spreading: 'paylaş* yay* katıl* abone takip link* kanal* yedek* bot* indir* sabit* kopyala*',
  release: 'yeni video* sayı* neşid* ses infografik* bölüm* seri* sunar özel yayın* hd yakında tercüme*',
  praise:
    'allah* bismillah elhamdülillah inşallah inşaallah sübhanallah maşallah ekber lütf* hamd* izni* biiznillah rabb* vallahi amin',
  enemy: 'kafir* kâfir* küffar* mürted* tağut* haçlı* rafızi* müşrik* münafık* düşman*',
  pledging: 'biat* yemin* itaat* işittik bağlılık* yenil* ahd*',
  standing:
    'sabit* sabır* zafer* fetih* fethi* yakın* sancak* sancağ* kervan* baki* kalıcı* ganimet* kıyamete istemese* nefret döndük dönüyor*',
  fighter:
    'mücahid* mücahit* şehid* şehit* istişhad* operasyon* pusu* esir* hicret* ribat* eğitim kamp* asker* devriye* kışla* hedef* araç',
  giving: 'bağış* infak* sadaka* mal* para* destek* monero bitcoin cüzdan* zekat*',
  leader: 'halife* emir* şeyh* komutan* hafizahullah',
  we: 'biz* bizim bizi bize',
  i: 'ben benim bana beni',
  you: 'sen senin siz sizin size sana seni sizi',
  they: 'onlar* onların bunlar* şunlar* diyenler* olanlar*',
  laughing: 'haha* jaja* lol güldür* komik* şaka* random',
  trade:
    'dükkan* fiyat* indirim* şirket* işletme* lokanta* restoran* fırın* sipariş* müşteri* ofis* pazar* otel* banka*',
  worship:
    'namaz* oruç* oruc* ramazan* bayram* cami* ayet* sure* hadis* dua* hac* cuma* hutbe* iftar* tefsir* sabah akşam yatsı',
  leisure: 'maç* gol* takım* sınav* hava* pasta* futbol* tarif* düğün* tatil* bahçe* film* müzik* kahve*',
};
