//! The catalogue of claims and steps, in Chinese.

steps::sentences! {
    // reports/catalogue.rs
    beyond_the_notes() = "笔记之外";
    steps() = "步骤";
    in_the_notes() = "笔记中";
    beside_the_58() = "笔记之外";
    judged_by() = "判定";
    standard() = "标准";
    shown_by() = "由其印证";
    to_see_it() = "查看命令";
    client() = "客户端";
    server() = "服务端";
    either() = "双方";
    who() = "谁";
    on_the_client() = "在客户端";
    on_the_server() = "在服务端";
    claim() = "论断";
}
