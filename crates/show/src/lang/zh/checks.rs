//! The checks of an upgrade and of a certificate, in Chinese.

steps::sentences! {
    // web.rs
    nothing_found() = "没有";
    issuer(about) = "签发者：{about}";
    signature(about) = "签名：{about}";
    validity(from, until) = "有效期：{from} 至 {until}";
    validity_untold(about) = "有效期：{about}";
    purpose(about) = "用途：{about}";
    name(asked, names) = "名称：{asked}，对照 {names}";
    name_alone(about) = "名称：{about}";
}
