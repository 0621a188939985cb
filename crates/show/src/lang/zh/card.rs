//! Why a connection failed, before its ladder, in Chinese.

steps::sentences! {
    // render/ladder/card.rs
    cause(who, cause) = "{who}：{cause}";
    where_it_failed() = "位置";
    expected() = "应为";
    got() = "实为";
    to_do() = "建议";
    place_and_side(title, whose) = "{title}；起因在{whose}";
    side(whose) = "{whose}";
}
