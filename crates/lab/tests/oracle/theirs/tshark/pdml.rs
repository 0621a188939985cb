//! What `tshark -T pdml` writes, as a tree. Not a reader of XML in general: it knows what tshark writes.

/// An element: a packet, a protocol or a field.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// What a person is shown.
    pub(crate) showname: String,
    /// The value alone.
    pub(crate) show: String,
    /// The bytes, in hexadecimal.
    pub(crate) value: String,
    pub(crate) children: Vec<Node>,
}

impl Node {
    /// The element and all below it, in order.
    pub(crate) fn all(&self) -> Vec<&Node> {
        let below = self.children.iter().flat_map(Node::all);
        std::iter::once(self).chain(below).collect()
    }

    /// The first element of that name, here or below.
    pub(crate) fn find(&self, name: &str) -> Option<&Node> {
        if self.name == name { Some(self) } else { self.children.iter().find_map(|child| child.find(name)) }
    }

    /// All elements of that name.
    pub(crate) fn every<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.all().into_iter().filter(move |node| node.name == name)
    }

    /// The value of the first element of that name.
    pub(crate) fn show(&self, name: &str) -> Option<&str> {
        self.find(name).map(|node| node.show.as_str())
    }

    /// The first element of that name as a number, decimal or hexadecimal.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        let text = self.show(name)?;
        match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        }
    }

    /// The name that tshark gives to a code, as in `Cipher Suite: TLS_AES_128_GCM_SHA256 (0x1301)`; the code itself, as
    /// `0x1301`, where it knows no name.
    pub(crate) fn named(&self) -> String {
        let said = self.showname.split_once(": ").map_or(self.showname.as_str(), |(_, said)| said);
        match said.rsplit_once(" (") {
            Some((name, _)) if !name.contains("Unknown") => name.to_owned(),
            Some(_) | None => format!("0x{}", self.value),
        }
    }
}

/// The packets of a document.
pub(crate) fn packets(text: &str) -> Vec<Node> {
    let mut open: Vec<Node> = vec![Node::default()];
    for piece in text.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { continue };
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if tag.starts_with('/') {
            let done = open.pop().expect("what closes was opened");
            open.last_mut().expect("the document").children.push(done);
            continue;
        }
        let node = read(tag.trim_end_matches('/'));
        if tag.ends_with('/') {
            open.last_mut().expect("the document").children.push(node);
        } else {
            open.push(node);
        }
    }
    let document = open.pop().expect("the document");
    let pdml = document.children.into_iter().find(|node| node.name == "pdml").expect("tshark wrote PDML");
    pdml.children
}

fn read(tag: &str) -> Node {
    let (element, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut node = Node { name: element.to_owned(), ..Node::default() };
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        let value = unescape(value);
        match name.trim() {
            "name" => node.name = value,
            "showname" => node.showname = value,
            "show" => node.show = value,
            "value" => node.value = value,
            _position_and_the_like => {}
        }
        rest = after;
    }
    node
}

fn unescape(text: &str) -> String {
    let names =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&apos;", "'"), ("&amp;", "&")];
    names.iter().fold(text.to_owned(), |text, (name, character)| text.replace(name, character))
}
