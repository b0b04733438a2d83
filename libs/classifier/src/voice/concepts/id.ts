import type { Words } from './concept.js';

export const id: Words = {
  negation: 'tidak bukan jangan tak tanpa belum nggak gak enggak tiada mana',
  killing:
    'bunuh* membunuh dibunuh pembunuh* bantai* membantai darah korban kubur* kuburan yatim mayat tewas jagal puing bom hancur* mati',
  lying:
    'bohong* dusta palsu tipu* menipu penipu* hoaks dongeng katanya cuci propaganda jebak* rayu* rekrut* merekrut sesat*',
  insult:
    'pengecut malu memalukan preman maling penjahat gerombolan anjing bodoh tolol goblok sakit gila monster badut sampah racun meracuni kanker neraka biadab laknat kejam zalim',
  opposing:
    'mengutuk kutuk tolak menolak kecam mengecam lawan melawan cukup bantah* membantah kampanye stop hentikan',
  khawarij: 'khawarij takfiri teror* isis daesh ekstrem* radikal* menyimpang',
  helping: 'bantuan layanan konseling keluar percaya bicara* khawatir cegah* mencegah gratis hotline',
  family:
    'ibu* bapak* ayah anak* sepupu* paman* bibi orang tua istri janda keluarga* tetangga adik* kakak* adikku',
  youth: 'remaja pemuda anak muda pelajar mahasiswa siswa sekolah',
  blocking: 'laporkan blokir hapus menghapus memblokir moderasi takedown',
  mercy:
    'islam agama iman rahmat damai perdamaian tak berdosa kemanusiaan ampun adil keadilan cinta nabi quran sunnah haram',
  scholar: 'imam ulama kiai kyai mufti ustaz ustadz azhar fatwa mui',
  past: 'mantan menyesal* dulu kabur pergi selamat percaya ingat penyintas',
  police:
    'polisi polri polda tangkap* ditangkap tersangka densus* ditahan geledah* penggeledahan sita disita penyidik* penyelidikan intelijen terduga diduga',
  court:
    'pengadilan hakim jaksa sidang vonis* divonis penjara pengacara dakwa* terdakwa bersalah hukuman tuntut* banding putusan lapas',
  official:
    'menteri kementerian pemerintah juru presiden pejabat dpr pbb as sanksi wali gubernur tentara tni militer koalisi kedutaan bupati',
  saying:
    'kata ujar menurut sebut menyebut ungkap mengungkap lapor umumkan mengumumkan klaim* mengklaim pernyataan konfirmasi memperingatkan menegaskan katanya tutur',
  press:
    'reuters afp antara kantor koran wartawan jurnalis reporter wawancara dokumenter berita langsung breaking redaksi kolom media kabar',
  event: 'serangan ledakan luka korban bentrok* sandera serang tembak* baku jiwa',
  asking: 'apa mengapa kenapa bagaimana siapa kapan pertanyaan penjelasan kronologi fakta apakah',
  platform:
    'facebook twitter telegram youtube tiktok meta akun platform konten pengguna unggahan europol daring medsos algoritma',
  study:
    'studi penelitian riset artikel makalah skripsi tesis disertasi bab buku jurnal universitas profesor seminar konferensi abstrak kuliah resensi penulis akademi* pustaka literatur catatan kaki lokakarya tinjauan kajian',
  method:
    'data dataset sampel kode* mengodekan korpus analisis hasil temuan tabel gambar metode* keterbatasan kualitatif kuantitatif hipotesis korelasi perbandingan membandingkan klasifikasi model persen label frekuensi kerangka teori wacana retorika narasi informan',
  term: 'istilah kata-kata frasa slogan semboyan arti* artinya makna terjemahan etimologi glosarium definisi konsep merujuk nomina akar disebut nama ungkapan berarti',
  history: 'sejarah sejarawan abad utsmani ottoman abbasiyah umayyah arsip asal era dinasti',
  brothers: 'ikhwah ikhwan akhi akhwat anshar anshor muwahid* muwahhid* ummah singa saudara-saudara',
  spreading:
    'sebarkan share bagikan gabung ikuti tautan link kanal channel cadangan bot unduh sematkan viralkan simpan',
  release:
    'baru terbaru video edisi nasyid audio infografis bagian seri persembahan rilis hd segera terjemahan arsip',
  praise:
    'allah bismillah alhamdulillah insyaallah insya subhanallah masyaallah akbar karunia puji izin biidznillah rabb wallahi amin',
  enemy: 'kafir kuffar murtad* murtadin thaghut thogut salibis rafidhah musyrik* munafik* musuh',
  pledging: 'baiat berbaiat sumpah taat dengar setia memperbarui janji',
  standing:
    'teguh istiqamah sabar kemenangan menang penaklukan dekat panji bendera selamanya kafilah kuat tetap kembali ghanimah sampai walau benci kekal',
  fighter:
    'mujahid* syahid syuhada istisyhad* operasi sergap* tawanan hijrah ribath latihan kamp tentara prajurit pasukan patroli pos menyasar kendaraan',
  giving: 'donasi infak sedekah harta uang dukung* bantu monero bitcoin dompet zakat',
  leader: 'khalifah amir amirul syaikh syekh komandan hafizhahullah',
  we: 'kami kita',
  i: 'saya aku ku gue',
  you: 'kamu kalian anda kau engkau mu',
  they: 'mereka orang-orang yang barangsiapa',
  laughing: 'wkwk* haha* lol lucu lawak kocak',
  trade:
    'toko harga diskon perusahaan usaha bisnis restoran warung pesan* pelanggan kerja kantor pasar hotel bank koperasi',
  worship:
    'salat shalat sholat puasa ramadan ramadhan lebaran masjid ayat surah surat hadis hadits doa haji jumat khutbah pengajian iftar tafsir subuh maghrib isya',
  leisure: 'pertandingan gol tim ujian cuaca kue bola resep pernikahan liburan kebun film musik kopi',
};
