import type { Words } from './concept.js';

export const fr: Words = {
  negation: 'pas non ne jamais aucun aucune personne rien ni sans nul arrêtez stop',
  killing:
    'tué* tuer tuent tueur* meurtr* massacr* sang victime* tombe* orphelin* égorg* cadavre* assassin* boucher* ruine* détrui* mort morts bombe*',
  lying:
    'mensong* ment mentent menteur* faux fausse* trompe* piège* manipul* fake prétend* soi-disant embrigad* recrut* mythe* endoctrin* propagande',
  insult:
    'lâche* honte honteux voyou* voleur* criminel* bande gang chien* minable* idiot* stupide* ridicule* malade* monstre* clown* secte poison* cancer enfer pillard* barbar* ignoble* abject*',
  opposing:
    'condamn* rejet* dénonc* refus* oppos* contre assez réfut* résist* combatt* démasqu* campagne* désavou*',
  khawarij: 'kharijit* khawarij takfir* terroris* daech daesh extrémis* radicali* égaré* djihadis*',
  helping: 'numéro aide aider écoute* conseil* sortir confiance parlez parler inquiet* prévention gratuit*',
  family:
    'mère* maman père* papa fils fille* cousin* oncle tante parent* enfant* femme* veuve* famille* voisin* frère',
  youth: 'jeune* jeunesse ado* adolescent* élève* étudiant* école* lycéen* garçon*',
  blocking: 'signal* bloqu* bann* supprim* retir* modér* efface* ferm*',
  mercy:
    'islam religion foi miséricorde paix innocent* humanité pardon* justice amour prophète coran sunna interdit',
  scholar: 'imam* savant* mufti* azhar théolog* prêch* fatwa* ouléma*',
  past: 'avant ancien* ex regrett* parti* échapp* fui* quitté croyais survivant* autrefois souviens repenti*',
  police:
    'polic* interpell* suspect* arrêt* gard* perquisition* saisi* gendarm* enquêt* antiterroris* renseignement* projet*',
  court:
    'tribunal juge* procureur* parquet procès condamn* prison avocat* accus* coupable* jury cour peine audience* assises écroué* pnat prévenu*',
  official:
    'minist* gouvernement* porte-parole président* autorité* parlement onu ue sanction* maire* préfet* armée militaire* coalition ambassade otan élysée',
  saying:
    "dit déclar* selon affirm* annonc* indiqu* rapport* communiqué* confirm* averti* démenti* expliqu* ajouté d'après revendiqu*",
  press:
    'afp reuters agence* journal* journalist* correspondant* interview* entretien documentaire reportage presse direct une titre* rédaction dépêche',
  event: 'attaque* attentat* explosion* blessé* bilan combat* otage* frappe* fusillade assaut affrontement*',
  asking:
    'que quoi pourquoi comment qui quel quelle quels quand où expliqu* question* décryptage chronologie comprendre',
  platform:
    'facebook twitter telegram youtube tiktok meta compte* plateforme* contenu* utilisateur* publications europol ligne réseaux algorithm*',
  study:
    'étude* recherche* article* thèse* mémoire chapitre* livre* ouvrage* revue université* professeur* séminaire* colloque* résumé* cours compte-rendu auteur* universitaire* littérature bibliograph* note notes manuel',
  method:
    'données échantillon* cod* corpus analys* résultat* tableau figure méthod* limite* qualitati* quantitati* hypothès* corrélation compar* class* modèle* annot* fréquence cadre théor* discours rhétorique* récit* genre approche',
  term: 'terme* mot mots expression* slogan* signifi* sens traduct* étymolog* glossaire* défini* concept* désigne* verbe nom racine appelé* devise littéral* notion',
  history: 'histoire histor* siècle médiév* ottoman* abbasside* omeyyade* archive* origine* époque dynastie',
  brothers: 'frères soeurs sœurs akhi ansar* partisan* mouwahid* oumma lion lions ikhwan',
  spreading:
    'partag* diffus* relay* rejoign* abonn* suivez lien* canal* secours bot télécharg* épinglé copiez',
  release:
    'nouveau nouvelle vidéo* numéro nashid* nasheed audio infographie* partie série présente exclusi* sortie hd bientôt traduction',
  praise:
    'allah bismillah alhamdoulillah hamdoulillah inchallah inchaallah soubhanallah machallah akbar grâce louange* permission seigneur wallah amine dieu',
  enemy:
    'kouffar* koufar kafir* mécréant* apostat* mourtad* tawaghit taghout croisé* rafid* infidèle* moushrik* hypocrite* ennemi*',
  pledging: "allégeance serment* baya bay'a obéi* écoutons prêt* prêtons renouvel* jur* fidèle* fidélité",
  standing:
    'ferme* patience victoire* conquête* proche* étendard* toujours caravane fort* rest* demeur* reviendr* butin jusqu malgré haine',
  fighter:
    'moudjahid* mujahid* shahid martyr* opération* embuscade* captif* prisonnier* hijra ribat entraînement camp* soldat* patrouille caserne* visé* véhicule*',
  giving: 'don dons donn* sadaqa biens argent souten* cotis* monero bitcoin portefeuille zakat',
  leader: 'calife* khalifa émir amir cheikh commandant',
  we: 'nous notre nos on',
  i: "je j'ai mon ma mes moi j",
  you: 'vous votre vos tu ton ta tes toi',
  they: 'ils elles leur leurs eux ceux celles ces quiconque',
  laughing: 'mdr lol ptdr haha* blague* mème* drôle*',
  trade:
    'boutique* magasin* prix soldes entreprise* restaurant* boulang* command* client* emploi* bureau* marché hôtel banque*',
  worship:
    'prière* prier jeûne* ramadan aïd mosquée* verset* sourate* hadith* doua invocation* hajj joumoua khoutba récit* iftar fajr maghrib icha',
  leisure:
    'match but équipe examen météo gâteau football recette* mariage* vacances jardin film* musique anniversaire café',
};
