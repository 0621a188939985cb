//! One spelling for what is written in many: full width and half width, capitals, traditional characters, `FIN-WAIT-1`
//! and `FIN_WAIT_1`. Letters A and B that stand for the two ends become roles here, while capitals can still be told.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

/// What stands for the one who opens and for the one who is opened, once an `A` or a `B` was read as such.
pub(crate) const END_A: char = '\u{E00A}';
pub(crate) const END_B: char = '\u{E00B}';

/// The traditional characters of the words that the lexicon holds, each with its simplified form. All of Chinese would
/// need the tables of OpenCC, half a megabyte; a character that no word of ours has may stay as it is.
const TRADITIONAL: &str = "\
丟丢並并亂乱佈布併并來来係系俬私個个側侧備备傳传僅仅內内兩两別别則则創创動动務务區区協协厤历問问單单嗎吗嚮向埰采\
報报寀采寫写對对導导帶带幀帧庫库彆别彔录後后徑径從从復复態态慮虑憑凭應应戰战戶户採采換换揮挥擁拥擇择擊击據据攜携\
敗败數数斷断於于昇升時时曆历曏向書书會会査查條条棄弃構构標标樣样機机檢检權权歷历決决沒没湊凑準准滯滞瀏浏為为無无\
爲为狀状獲获現现產产産产畢毕發发監监確确碼码祕秘稱称穫获竄窜箇个篩筛簽签籤签約约紋纹級级終终組组結结絕绝給给絶绝\
經经綫线網网線线編编緩缓緻致繫系續续聲声聽听臨临與与舊旧處处號号衕同裏里裡里製制複复覈核覽览觸触計计訊讯記记訪访\
設设許许訴诉証证詢询試试話话該该認认誤误說说説说談谈請请論论證证識识議议護护讀读變变費费資资踰逾較较輸输轉转辦办\
迴回這这連连進进運运過过達达遠远遲迟選选還还邊边釋释鈅钥錄录錯错録录錶表鏈链鑑鉴鑒鉴鑰钥閉闭開开間间閤合關关陞升\
隊队隨随隻只雙双雜杂響响預预頒颁頭头題题餘余驗验髮发麪面麫面麵面麼么麽么齣出";

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let characters: Vec<char> = TRADITIONAL.chars().filter(|c| !c.is_whitespace()).collect();
    characters.chunks(2).map(|pair| (pair[0], pair[1])).collect()
});

/// `text` as the lexicon spells it: lower case, simplified, one space for many, and `-` or `_` inside a word as a space.
pub(crate) fn fold(text: &str) -> String {
    fold_with_places(text, |_, _| {})
}

/// The same; `at` is called with the place of each character in what comes out and the place in `text` that it is from.
pub(crate) fn fold_with_places(text: &str, mut at: impl FnMut(usize, usize)) -> String {
    let (places, wide): (Vec<usize>, Vec<char>) =
        text.char_indices().flat_map(|(place, c)| std::iter::once(c).nfkc().map(move |c| (place, c))).unzip();
    let mut out = String::with_capacity(text.len());
    for (i, &c) in wide.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| wide[i]);
        let after = wide.get(i + 1).copied();
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let c = match c {
            'A' if is_an_end(&wide, i) => END_A,
            'B' if is_an_end(&wide, i) => END_B,
            '-' | '_' if inside(before) && inside(after) => ' ',
            '’' => '\'',
            c if c.is_whitespace() => ' ',
            c => SIMPLIFIED.get(&c).copied().unwrap_or(c),
        };
        if c == ' ' && out.ends_with(' ') {
            continue;
        }
        at(out.len(), places[i]);
        out.extend(c.to_lowercase());
    }
    out
}

/// Whether a capital A or B is the name of an end: alone, and beside Chinese or an arrow ("A 发送", "B → A").
fn is_an_end(text: &[char], at: usize) -> bool {
    let near = |step: isize| {
        let mut i = at as isize + step;
        while let Some(' ' | '*' | '`') = usize::try_from(i).ok().and_then(|i| text.get(i)) {
            i += step;
        }
        usize::try_from(i).ok().and_then(|i| text.get(i)).copied()
    };
    let beside = |step: isize| usize::try_from(at as isize + step).ok().and_then(|i| text.get(i)).copied();
    let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let speaks = |c: Option<char>| c.is_some_and(|c| is_chinese(c) || matches!(c, '→' | '←' | '-' | '>'));
    !word(beside(-1)) && !word(beside(1)) && (speaks(near(-1)) || speaks(near(1)))
}

/// Whether a character is a Chinese one.
pub(crate) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_spellings_are_one() {
        for (written, folded) in [
            ("FIN-WAIT-1", "fin wait 1"),
            ("FIN_WAIT_1", "fin wait 1"),
            ("ＳＹＮ　ＡＣＫ", "syn ack"),
            ("伺服器與用戶端的連線", "伺服器与用户端的连线"),
            ("Client  Hello", "client hello"),
            ("SYN+ACK", "syn+ack"),
        ] {
            assert_eq!(fold(written), folded);
        }
    }

    #[test]
    fn a_letter_is_an_end_only_where_it_is_spoken_of_as_one() {
        assert_eq!(fold("A 发送 FIN"), format!("{END_A} 发送 fin"));
        assert_eq!(fold("A → B"), format!("{END_A} → {END_B}"));
        assert_eq!(fold("A client sends"), "a client sends");
        assert_eq!(fold("CA 的公钥"), "ca 的公钥");
    }
}
