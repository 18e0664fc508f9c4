/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "language.h"

#include "words.h"

/* Frequent characters that only one way of writing has; read as 16-bit strings. */
static const uint16_t traditional[] = u"買賣錢飯麵車電費這個還們來後過時說對點訂員學國關門開機書業發現東風問間長萬與為會價網館廳廠園圓塊總歲貨單兩號鐘雙條張隻頭請記帳區處體藥醫樓臺灣塑雞鴨魚鳥龍黃飲蘋葉蛋圖場帶幾讓認識課題聽讀寫畫選擇樂愛歡團隊質變證護養豬計給結繳續線練組紅綠紙經級統繼維細緊終約罰規觀親覺諾謝輕輸轉辦農運達遠邊鄉鋪錯鍋鎮鐵雖難雲靜響頁順預領顏願類飛騎驗髮鬧鬆鹹麗麼幣匯刪錄顯";
static const uint16_t simplified[] = u"买卖钱饭车电费这个还们来后过时说对点订员学国关门开机书业发现东风问间长万与为会价网馆厅厂园圆块总岁货单两号钟双条张头请记账区处体药医楼湾鸡鸭鱼鸟龙黄饮苹叶图场带几让认识课题听读写画选择乐爱欢团队质变证护养猪计给结缴续线练组红绿纸经级统继维细紧终约罚规观亲觉诺谢轻输转办农运达远边乡铺错锅镇铁虽难云静响页顺预领颜愿类飞骑验闹丽么语设币汇预复删纪录报显确总";

/* Those of both that Japanese writes as well (JIS X 0208, level 1): of somebody who writes Japanese they tell nothing. */
static const uint16_t japanese[] = u"買飯車電費這個還後過時訂員門開機書業現東風問間長為網館廠園塊貨鐘張隻頭請記帳塑鴨魚鳥龍飲葉蛋場幾認識課題選愛隊質護養計給結線練組紅紙級統維細緊終約罰規親諾謝輸農運達遠鋪錯鍋鎮難雲響頁順預領願類飛騎麗幣来后点学国机万与会号双条区体医楼湾黄叶写画猪云静";

/* Those that only Japanese has, and that tell as much as a kana. */
static const uint16_t only_japanese[] = u"円気駅薬帰売図広沢浜働込渋歯楽戻払変伝鉄営発黒毎桜両辺実関県検験覚観焼竜団対単帯転軽録総窓経済続囲圧応読訳児価仮拝戦択拡銭畑匂枠";

static bool
is_in(const uint16_t *list, size_t count, uint16_t c)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == c)
			return true;
	return false;
}

struct tally {
	size_t letters, han, kana, traditional, simplified, japanese;
};

static bool
is_kana(uint16_t c)
{
	return (c >= 0x3041 && c <= 0x30FE && c != 0x30FB) || (c >= 0xFF66 && c <= 0xFF9D);
}

static struct tally
count(const struct chars *chars)
{
	struct tally n = { 0 };

	for (size_t i = 0; i < chars->count; i++) {
		uint16_t c = chars->folded[i];

		if (c < 128) {
			n.letters += c >= 'a' && c <= 'z';
		} else if (is_kana(c)) {
			n.kana++;
		} else if (c >= 0x3400 && c <= 0x9FFF) {
			n.han++;
			n.traditional += is_in(traditional, sizeof traditional / 2 - 1, c);
			n.simplified += is_in(simplified, sizeof simplified / 2 - 1, c);
			n.kana += is_in(only_japanese, sizeof only_japanese / 2 - 1, c);
			n.japanese += is_in(japanese, sizeof japanese / 2 - 1, c);
		}
	}
	return n;
}

enum language
language_of(const struct chars *chars, struct slice locale)
{
	struct tally n = count(chars);
	enum language own = language_from_tag(locale);

	if (n.han + n.kana == 0)
		return n.letters > 0 ? LANGUAGE_EN : own;
	if (own == LANGUAGE_EN && n.letters > 2 * (n.han + n.kana))
		return LANGUAGE_EN;
	if (n.kana > 0)
		return LANGUAGE_JA;
	if (n.traditional != n.simplified)
		return own == LANGUAGE_JA && n.traditional + n.simplified < n.japanese + 2 ? LANGUAGE_JA :
		    n.traditional > n.simplified ? LANGUAGE_ZH_HANT : LANGUAGE_ZH_HANS;
	return own == LANGUAGE_EN ? LANGUAGE_ZH_HANT : own;
}

enum script { SCRIPT_NONE, SCRIPT_LATIN, SCRIPT_GREEK, SCRIPT_CYRILLIC, SCRIPT_HEBREW, SCRIPT_ARABIC, SCRIPT_DEVANAGARI, SCRIPT_THAI,
	SCRIPT_GEORGIAN, SCRIPT_HAN, SCRIPT_HANGUL };

static const uint8_t scripts_of_languages[] = { SCRIPT_NONE,
#define LANGUAGE(name, script) SCRIPT_##script,
#include "understand/data/languages.def"
#undef LANGUAGE
};

static enum script
script_of(uint16_t c)
{
	static const struct { uint16_t first, last; enum script script; } ranges[] = { { 0x0370, 0x03FF, SCRIPT_GREEK },
		{ 0x0400, 0x052F, SCRIPT_CYRILLIC }, { 0x0590, 0x05FF, SCRIPT_HEBREW }, { 0x0600, 0x06FF, SCRIPT_ARABIC },
		{ 0x0900, 0x097F, SCRIPT_DEVANAGARI }, { 0x0E00, 0x0E7F, SCRIPT_THAI }, { 0x10A0, 0x10FF, SCRIPT_GEORGIAN },
		{ 0x3041, 0x9FFF, SCRIPT_HAN }, { 0xAC00, 0xD7A3, SCRIPT_HANGUL } };

	if (c < 0x370)
		return c >= 'a' && c <= 'z' ? SCRIPT_LATIN : SCRIPT_NONE;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].script;
	return SCRIPT_NONE;
}

static uint8_t
first_language_of(enum script script)
{
	for (uint8_t i = 1; i < WORDS_LANGUAGES; i++)
		if (scripts_of_languages[i] == script)
			return i;
	return 0;
}

/* The user's own as soon as one character is of its script, else what the first character tells. */
uint8_t
language_words_of(const struct chars *chars, struct slice locale)
{
	uint8_t own = words_language(locale);
	enum script found = SCRIPT_NONE;

	for (size_t i = 0; i < chars->count; i++) {
		enum script script = script_of(chars->folded[i]);

		if (script == SCRIPT_NONE)
			continue;
		if (script == scripts_of_languages[own])
			return own;
		if (found == SCRIPT_NONE)
			found = script;
	}
	return found == SCRIPT_NONE ? own : first_language_of(found);
}
