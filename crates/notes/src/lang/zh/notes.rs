//! What the reader's notes are, where they are no notes, in Chinese.

steps::sentences! {
    // decode.rs
    empty() = "文件是空的";
    pdf() = "这是 PDF，不是文本：请导出为 Markdown 或纯文本（`pdftotext FILE.pdf`）";
    zip() = "这是打包的文档（docx、odt、epub），不是文本：请另存为 Markdown 或纯文本";
    no_text() = "这不是文本";

    // foreign.rs
    korean() = "韩文";
    japanese() = "日文";
    cyrillic() = "西里尔字母的语言";
    latin() = "英文以外的拉丁字母语言";
}
