//! The words by which a claim is found in notes that were edited: those that its sentence cannot do without, in
//! Chinese and in English, lower case. Alternatives stand between bars.

use crate::{Claim, Heading};

impl Heading {
    /// The words of its title.
    pub const fn terms(self) -> &'static [&'static str] {
        match self {
            Heading::TcpOpen => &["tcp", "建立|三次握手|open|establish|three-way|handshake"],
            Heading::TcpClose => &["tcp", "关闭|断开|挥手|clos|terminat|teardown"],
            Heading::Tls => &["tls|ssl|https"],
            Heading::WebSocket => &["websocket"],
            Heading::Ssh => &["ssh"],
        }
    }
}

impl Claim {
    /// The words of its sentence.
    pub const fn terms(self) -> &'static [&'static str] {
        match self {
            Claim::O1 => &["客户端|client", "syn", "发送|send|发起"],
            Claim::O2 => &["超时|timeout|timer|time out", "重传|重发|重新发送|resen|retransmi|again", "syn"],
            Claim::O3 => &["序列号|序号|sequence", "一样|相同|same", "重新发送|重传|重发|resen|retransmi"],
            Claim::O4 => &["上限|次数|limit|maximum", "断开|放弃|give up|gives up|abort", "客户端|client"],
            Claim::O5 => &["服务端|服务器|server", "返回|answer|repl|回", "ack", "syn"],
            Claim::O6 => &["syn", "ack", "重传|重发|重新发送|resen|retransmi|again", "服务端|服务器|server"],
            Claim::O7 => &["上限|次数|limit", "服务端|服务器|server", "断开|丢弃|drop|clos"],
            Claim::O8 => &["客户端|client", "返回|answer|repl|send", "确认|acknowledg|ack", "syn"],
            Claim::O9 => &["ack", "不会重传|不重传|不会重发|never re|not re"],
            Claim::O10 => &["重新发送|重传|重发|again|resen|retransmi", "syn", "ack", "客户端|client"],
            Claim::O11 => {
                &["没有接收到|收不到|未收到|never|not receiv", "断开|drop|clos", "服务端|服务器|server"]
            }
            Claim::O12 => &["双方|both", "发送|send", "接收|receiv"],
            Claim::O13 => &["历史|旧|old|stale|duplicate", "rst", "90|序号|序列号|sequence"],
            Claim::O14 => &["序列号|sequence", "同步|synchron|acknowledg", "双方|both"],
            Claim::O15 => &[
                "资源|resource|useless|redundant",
                "冗余|重复|多个|several|duplicate|redundant",
                "syn|连接|connection",
            ],
            Claim::C1 => &["客户端|client", "fin", "fin_wait_1"],
            Claim::C2 => &["fin", "重新发送|重传|重发|resen|retransmi", "上限|次数|limit", "关闭|clos"],
            Claim::C3 => &["ack", "close_wait", "fin_wait_2"],
            Claim::C4 => &["ack", "不会触发|不会重传|不会重发|not re|never re", "客户端|client", "fin"],
            Claim::C5 => &["数据|data", "fin", "服务端|服务器|server", "等待|完成|finish|first"],
            Claim::C6 => &["fin", "等待|wait", "超时|timeout|time out", "关闭|clos"],
            Claim::C7 => &["ack", "重传|重发|resen|retransmi", "上限|次数|limit", "服务端|服务器|server"],
            Claim::C8 => &["延迟确认|delayed ack|delayed-ack", "合并|together|merge|combin", "三次|three"],
            Claim::C9 => &["time_wait", "客户端|client", "clos"],
            Claim::C10 => &["服务端|服务器|server", "ack", "clos"],
            Claim::T1 => &["client hello|clienthello", "client random|随机数|random", "套件|suite"],
            Claim::T2 => &["server hello|serverhello", "server random|随机数|random", "套件|suite"],
            Claim::T3 => &["服务端|服务器|server", "证书|certificate"],
            Claim::T4 => &["server hello done|serverhellodone"],
            Claim::T5 => &["ca", "公钥|public key", "验证|verif|check", "证书|certificate"],
            Claim::T6 => &["取出|take|extract", "公钥|public key", "服务端|服务器|server"],
            Claim::T7 => &["pre-master|premaster|pre_master", "加密|encrypt", "公钥|public key"],
            Claim::T8 => &["client key exchange|clientkeyexchange"],
            Claim::T9 => &["会话密钥|session key", "随机数|random", "三|3|three"],
            Claim::T10 => &["change cipher spec|changecipherspec"],
            Claim::T11 => &["encrypted handshake message|finished", "摘要|digest|hash"],
            Claim::T12 => &["纂改|篡改|tamper", "握手|handshake"],
            Claim::T13 => &["服务端|服务器|server", "同样|same", "验证|verif|check"],
            Claim::T14 => &["完成|complete", "加密|encrypt", "传输|data|通信|communicat"],
            Claim::W1 => &["升级|upgrade", "header|头", "base64"],
            Claim::W2 => &["base64|key", "算法|algorithm", "字符串|string", "响应|返回|respon|return"],
            Claim::W3 => &["101"],
            Claim::W4 => &["对比|比较|compar", "一致|equal|same|match", "字符串|string|accept"],
            Claim::W5 => &["后续|then on|afterwards|after that", "websocket"],
            Claim::W6 => &["2次|两次|2 次|two", "握手|handshake|message"],
            Claim::S1 => &["tcp", "握手|handshake"],
            Claim::S2 => &["版本|version", "ssh"],
            Claim::S3 => &["key exchange init|kexinit", "算法|algorithm"],
            Claim::S4 => &["dh|diffie", "密钥|key", "共享|shared|会话密钥|session key"],
            Claim::S5 => &["加密|encrypt", "认证|authentic", "通信|session|communicat"],
            Claim::S6 => &["主机公钥|host public key|host key", "服务端|服务器|server"],
            Claim::S7 => &["known_hosts", "确认|confirm|ask", "添加|add"],
            Claim::S8 => &["指纹|fingerprint", "一致|相同|equal|match|same", "通过|pass|accept"],
            Claim::S9 => &["中间人|man in the middle|man-in-the-middle|mitm", "拒绝|refus|reject|deny"],
            Claim::S10 => &["公钥|public key", "声明|declare|announce|says which|use"],
            Claim::S11 => &["挑战|challenge", "私钥|private key", "公钥|public key"],
            Claim::S12 => &["通过|pass|success", "允许访问|允许|access|grant|allow"],
            Claim::S13 => &["密码|password", "不通过|失败|fail", "登录|验证|login|check"],
        }
    }
}
