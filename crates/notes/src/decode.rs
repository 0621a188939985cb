//! Bytes as they come from a disk, as text: UTF-8, UTF-16, GBK and GB18030, Big5. And back, so that what was annotated
//! is still the reader's own file.

use std::fmt;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use steps::{Said, say};

use crate::fold::is_chinese;

/// A file's text, and how it was written.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The text, its ends of line as they are in the file.
    pub text: String,
    encoding: &'static Encoding,
    bom: bool,
}

/// Why a file is no notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// Nothing is in it.
    Empty,
    /// PDF.
    Pdf,
    /// A ZIP archive: docx, xlsx, epub.
    Zip,
    /// Some other bytes.
    Binary,
}

impl NotText {
    /// What is the matter and what to do.
    pub fn said(self) -> Said {
        match self {
            NotText::Empty => say!(notes::empty()),
            NotText::Pdf => say!(notes::pdf()),
            NotText::Zip => say!(notes::zip()),
            NotText::Binary => say!(notes::no_text()),
        }
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.said().en)
    }
}

impl std::error::Error for NotText {}

impl Decoded {
    /// Finds out how `bytes` are written: by a byte order mark, else as UTF-8, else as what gives the most Chinese.
    ///
    /// # Errors
    ///
    /// When they are no text.
    pub fn read(bytes: &[u8]) -> Result<Decoded, NotText> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(NotText::Empty);
        }
        if bytes.starts_with(b"%PDF-") {
            return Err(NotText::Pdf);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(NotText::Zip);
        }
        if let Some((encoding, length)) = Encoding::for_bom(bytes) {
            let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
            return Ok(Decoded { text: text.into_owned(), encoding, bom: true });
        }
        if let Ok(text) = std::str::from_utf8(bytes)
            && !text.contains('\0')
        {
            return Ok(Decoded { text: text.to_owned(), encoding: UTF_8, bom: false });
        }
        // UTF-16 without a mark: every other byte of Latin text is zero.
        let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 8;
        if bytes.contains(&0) {
            let encoding = match (zeros(1) > bytes.len() / 2, zeros(0) > bytes.len() / 2) {
                (true, false) => UTF_16LE,
                (false, true) => UTF_16BE,
                (true, true) | (false, false) => return Err(NotText::Binary),
            };
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            return Ok(Decoded { text: text.into_owned(), encoding, bom: false });
        }
        let best = [GB18030, BIG5]
            .into_iter()
            .filter_map(|encoding| {
                let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
                let sense = sense(&text);
                Some((sense, text.into_owned(), encoding))
            })
            .max_by(|(a, _, first), (b, _, _)| a.total_cmp(b).then((*first == GB18030).cmp(&false)));
        match best {
            Some((sense, text, encoding)) if sense > 0.0 => Ok(Decoded { text, encoding, bom: false }),
            Some(_) | None => Err(NotText::Binary),
        }
    }

    /// How it is written, where that is not plain UTF-8.
    pub fn unusual(&self) -> Option<&'static str> {
        (self.encoding != UTF_8 || self.bom).then(|| match (self.encoding.name(), self.bom) {
            ("UTF-8", _) => "UTF-8 with a byte order mark",
            (name, _) => name,
        })
    }

    /// `text` as this file is written.
    pub fn encode(&self, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            let big = self.encoding == UTF_16BE;
            let mark = if self.bom { "\u{FEFF}" } else { "" };
            for unit in mark.encode_utf16().chain(text.encode_utf16()) {
                out.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            return out;
        }
        if self.bom {
            out.extend("\u{FEFF}".as_bytes());
        }
        out.extend(self.encoding.encode(text).0.iter());
        out
    }
}

/// How much a reading looks like Chinese: the part of what is not ASCII that is a common character. The wrong one of two
/// encodings gives rare ones.
fn sense(text: &str) -> f64 {
    const COMMON: &str = "的是一不了在有我他这中来上大和国地到说时们为要发送收到客户端服务器连接报文确认握手加密密钥证书随机数协议版本状态关闭\
        伺服器連線傳輸認證憑證金鑰協定狀態關閉發送確認加密資料請求回應與後會這個來時們為，。：、（）；？";
    let mut all = 0.0_f64;
    let mut common = 0.0_f64;
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1.0;
        if COMMON.contains(c) {
            common += 1.0;
        } else if !is_chinese(c)
            && !matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '\u{2000}'..='\u{2BFF}')
        {
            common -= 1.0;
        }
    }
    common / all.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "客户端发送 SYN。\r\n服务器回复 SYN+ACK，双方建立连接。\r\n";
    const TRADITIONAL: &str = "用戶端送出 SYN 封包給伺服器，伺服器回覆確認。\n";

    #[test]
    fn text_is_read_as_it_was_written_and_written_so_again() {
        for (encoding, text) in [(GB18030, TEXT), (BIG5, TRADITIONAL), (UTF_8, TEXT)] {
            let bytes = encoding.encode(text).0.into_owned();
            let read = Decoded::read(&bytes).expect("it is text");
            assert_eq!(read.text, text, "{}", encoding.name());
            assert_eq!(read.encode(&read.text), bytes, "{}", encoding.name());
            assert_eq!(read.unusual().is_some(), encoding != UTF_8);
        }
        for (big, bom) in [(false, true), (true, true), (false, false)] {
            let mark = if bom { "\u{FEFF}" } else { "" };
            let units: Vec<u16> =
                mark.encode_utf16().chain("# TCP\nThe client sends a SYN. 客户端\n".encode_utf16()).collect();
            let bytes: Vec<u8> = units
                .iter()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let read = Decoded::read(&bytes).expect("it is text");
            assert!(read.text.starts_with("# TCP"), "{}", read.text);
            assert_eq!(read.encode(&read.text), bytes);
        }
        let marked = [b"\xEF\xBB\xBF".as_slice(), TEXT.as_bytes()].concat();
        let read = Decoded::read(&marked).expect("it is text");
        assert_eq!((read.text.as_str(), read.encode(&read.text)), (TEXT, marked));
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        for (bytes, why) in [
            (&b"  \n"[..], NotText::Empty),
            (b"%PDF-1.7 ...", NotText::Pdf),
            (b"PK\x03\x04....", NotText::Zip),
            (b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe\xfd", NotText::Binary),
        ] {
            assert_eq!(Decoded::read(bytes).err(), Some(why));
        }
    }
}
