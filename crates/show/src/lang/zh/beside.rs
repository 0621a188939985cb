//! The notes beside the log, in Chinese.

steps::sentences! {
    // render/beside.rs
    not_found(says) = "（你的笔记中没有找到）{says}";
    says_the_opposite() = "（说的相反）";
    denies_it() = "（否认）";
    about_it() = "（谈及）";
    above() = "，见上";
}
