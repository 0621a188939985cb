//! One spelling for what is written in many: full width and half width, capitals, traditional characters, `FIN-WAIT-1`
//! and `FIN_WAIT_1`. Letters A and B that stand for the two ends become roles here, while capitals can still be told.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

/// What stands for the one who opens and for the one who is opened, once an `A` or a `B` was read as such.
pub(crate) const END_A: char = '\u{E00A}';
pub(crate) const END_B: char = '\u{E00B}';

/// The traditional characters of the words that the lexicon holds, each with its simplified form. All of Chinese would
/// need the tables of OpenCC, half a megabyte; a character that no word of ours has may stay as it is.
const TRADITIONAL: &str = "從从來来個个們们會会傳传與与為为無无後后開开關关閉闭連连線线發发報报號号狀状態态說说認认證证書书鑰钥對对稱称\
加加隨随機机數数亂乱算算產产應应該该響响協协議议級级頭头匯汇選选擇择單单雙双動动啟启終终結结斷断運运進进入入還还過过時时間间\
長长超超逾逾達达資资源源費费舊旧歷历複复當当標标識识據据讓让請请輸输寫写讀读換换檢检驗验記记錄录儲储檔档碼码戶户遠远端端許许訪访\
問问拒拒絕绝紋纹較较匹匹配配簽签歸归處处離离屬属於于於于實实現现變变監监聽听確确製制複复舉举帶带讚赞攜携給给試试滿满總总裡里裏里\
體体輪轮層层網网際际備备務务計计從从臨临橢椭圓圆線线費费壞坏續续維维護护棄弃釋释獲获側侧側侧導导則则兩两萬万價价別别參参測测內内\
尋寻將将啟启專专區区塊块權权盡尽聲声樣样經经紀纪錯错誤误誰谁邊边鍵键隱隐雜杂憑凭採采鏈链鎖锁陸陆陳陈項项順顺須须預预領领頻频題题\
類类顯显風风飛飞馬马驟骤點点齊齐";

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let characters: Vec<char> = TRADITIONAL.chars().filter(|c| !c.is_whitespace()).collect();
    characters.chunks(2).map(|pair| (pair[0], pair[1])).collect()
});

/// `text` as the lexicon spells it: lower case, simplified, one space for many, and `-` or `_` inside a word as a space.
pub(crate) fn fold(text: &str) -> String {
    let wide: Vec<char> = text.nfkc().collect();
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
