//! The sources of a few crates as trees of modules, and what a name means in one of them.

use std::{collections::BTreeMap, fs, path::Path};

use syn::{
    Attribute, Ident, Item, LitStr, Meta, Token, Type, UseTree, Visibility,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

/// Modules by their path (`steps::tls`).
#[derive(Default)]
pub(crate) struct Sources(BTreeMap<String, Module>);

/// What stands in a module, and the text that it was read from.
pub(crate) struct Module {
    pub(crate) items: Vec<Item>,
    /// What `declare!` declares, by name.
    pub(crate) fields: BTreeMap<String, Declared>,
    text: String,
}

/// A field of an event: its type, and its constant, with its name in JSON where that is another.
pub(crate) type Declared = (String, String);

/// What a name means.
#[derive(Clone, Copy)]
pub(crate) enum Means<'a> {
    /// The module of this path.
    Module(&'a str),
    /// An item, in the module of this path.
    Item(&'a str, &'a Item),
    Field(&'a Declared),
}

impl Module {
    /// What was written, in one line.
    pub(crate) fn said(&self, it: &impl Spanned) -> String {
        one_line(&self.text[it.span().byte_range()])
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")").replace(",)", ")").replace("(mut self", "(self")
}

impl Sources {
    /// Reads the crate whose root is this file.
    pub(crate) fn read(&mut self, name: &str, root: &Path) {
        let folder = root.parent().expect("a file is in a folder");
        self.read_module(name, root, folder);
    }

    fn read_module(&mut self, path: &str, file: &Path, folder: &Path) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.keep(path, &text, parsed.items, Some(folder));
    }

    /// The same of a crate that is one text.
    pub(crate) fn add(&mut self, name: &str, text: &str) {
        let parsed = syn::parse_file(text).expect("it is Rust");
        self.keep(name, text, parsed.items, None);
    }

    /// `folder`: where the files of its modules are.
    fn keep(&mut self, path: &str, text: &str, items: Vec<Item>, folder: Option<&Path>) {
        let mut own = Vec::new();
        for item in items {
            let Item::Mod(module) = item else {
                own.push(item);
                continue;
            };
            if is_left_out(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let within = format!("{path}::{name}");
            let below = folder.map(|folder| folder.join(&name));
            match (&module.content, folder, &below) {
                (Some((_, items)), ..) => self.keep(&within, text, items.clone(), below.as_deref()),
                (None, Some(folder), Some(below)) => {
                    let beside = folder.join(format!("{name}.rs"));
                    let file = if beside.exists() { beside } else { below.join("mod.rs") };
                    self.read_module(&within, &file, below);
                }
                (None, ..) => panic!("{within} has no file"),
            }
            own.push(Item::Mod(module));
        }
        let mut module = Module { items: own, fields: BTreeMap::new(), text: text.to_owned() };
        for item in &module.items {
            let Item::Macro(it) = item else { continue };
            if it.mac.path.is_ident("declare") {
                let all = |input: ParseStream<'_>| declared(&module, input);
                module.fields = all.parse2(it.mac.tokens.clone()).expect("it compiles");
            }
        }
        self.0.insert(path.to_owned(), module);
    }

    /// The module of this path.
    pub(crate) fn module(&self, path: &str) -> &Module {
        &self.0[path]
    }

    /// Whether whoever reaches the module around this one reaches it, too.
    pub(crate) fn is_public(&self, path: &str) -> bool {
        let Some((around, name)) = path.rsplit_once("::") else { return true };
        self.0[around].items.iter().any(|item| match item {
            Item::Mod(it) => it.ident == name && matches!(it.vis, Visibility::Public(_)),
            _ => false,
        })
    }

    /// All of them, with their paths.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (&str, &Module)> {
        self.0.iter().map(|(path, module)| (path.as_str(), module))
    }

    /// What `name` means in the module `path`; two things where a module and a function share it, and nothing where it comes
    /// from a crate that was not read.
    pub(crate) fn find(&self, path: &str, name: &str) -> Vec<Means<'_>> {
        self.find_within(path, name, 0)
    }

    fn find_within(&self, path: &str, name: &str, depth: usize) -> Vec<Means<'_>> {
        // `use caps::caps` of a crate that was not read would lead to itself.
        if depth > 8 {
            return Vec::new();
        }
        let Some((path, module)) = self.0.get_key_value(path) else { return Vec::new() };
        let mut found = Vec::new();
        if let Some((within, _)) = self.0.get_key_value(&format!("{path}::{name}")) {
            found.push(Means::Module(within));
        }
        found.extend(module.fields.get(name).map(Means::Field));
        for item in &module.items {
            if named(item).is_some_and(|ident| ident == name) {
                found.push(Means::Item(path, item));
            }
            if let Item::Use(import) = item {
                for (target, known_as) in leaves(&import.tree) {
                    if known_as == name && target != [name] {
                        found.extend(self.follow_within(path, &target, depth + 1));
                    }
                }
            }
        }
        found
    }

    /// What a path means in the module `from`.
    pub(crate) fn follow(&self, from: &str, target: &[String]) -> Vec<Means<'_>> {
        self.follow_within(from, target, 0)
    }

    fn follow_within(&self, from: &str, target: &[String], depth: usize) -> Vec<Means<'_>> {
        let [before @ .., last] = target else { return Vec::new() };
        let root = from.split("::").next().unwrap_or(from);
        let mut at = from.to_owned();
        for (n, part) in before.iter().enumerate() {
            at = match (n, part.as_str()) {
                (0, "crate") => root.to_owned(),
                (_, "self") => at,
                (_, "super") => at.rsplit_once("::").map_or(at.clone(), |(above, _)| above.to_owned()),
                (_, other) if self.0.contains_key(&format!("{at}::{other}")) => format!("{at}::{other}"),
                (0, other) if self.0.contains_key(other) => other.to_owned(),
                (_, other) => {
                    let found = self.find_within(&at, other, depth + 1);
                    let module = found.into_iter().find_map(|means| match means {
                        Means::Module(path) => Some(path.to_owned()),
                        Means::Item(..) | Means::Field(_) => None,
                    });
                    let Some(module) = module else { return Vec::new() };
                    module
                }
            };
        }
        self.find_within(&at, last, depth)
    }
}

/// The constants of `declare!` in `steps`: a field's name in an event is part of what is offered.
fn declared(here: &Module, input: ParseStream<'_>) -> syn::Result<BTreeMap<String, Declared>> {
    let mut found = BTreeMap::from([("ALL".to_owned(), ("&[&str]".to_owned(), "ALL".to_owned()))]);
    while !input.is_empty() {
        input.call(Attribute::parse_outer)?;
        let name: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let kind: Type = input.parse()?;
        input.parse::<Token![=]>()?;
        let (value, name): (LitStr, _) = (input.parse()?, name.to_string());
        input.parse::<Token![;]>()?;
        let as_named = value.value() == name.to_lowercase();
        let known = if as_named { name.clone() } else { format!("{name} (\"{}\")", value.value()) };
        found.insert(name, (here.said(&kind), known));
    }
    Ok(found)
}

/// The name that an item brings into its module; a module is found by its path.
pub(crate) fn named(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(it) => Some(&it.ident),
        Item::Enum(it) => Some(&it.ident),
        Item::Fn(it) => Some(&it.sig.ident),
        Item::Static(it) => Some(&it.ident),
        Item::Struct(it) => Some(&it.ident),
        Item::Trait(it) => Some(&it.ident),
        Item::Type(it) => Some(&it.ident),
        _ => None,
    }
}

/// Each name that a `use` brings in, with the path that it stands for.
pub(crate) fn leaves(tree: &UseTree) -> Vec<(Vec<String>, String)> {
    fn collect(tree: &UseTree, mut path: Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
        match tree {
            UseTree::Path(it) => {
                path.push(it.ident.to_string());
                collect(&it.tree, path, found);
            }
            UseTree::Name(it) => {
                if it.ident != "self" {
                    path.push(it.ident.to_string());
                }
                let name = path.last().cloned().unwrap_or_default();
                found.push((path, name));
            }
            UseTree::Rename(it) => {
                path.push(it.ident.to_string());
                found.push((path, it.rename.to_string()));
            }
            UseTree::Group(it) => it.items.iter().for_each(|tree| collect(tree, path.clone(), found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(tree, Vec::new(), &mut found);
    found
}

/// What is for tests, and what takes the place of a feature that is left out.
fn is_left_out(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let asked = list.tokens.to_string();
            asked == "test" || asked.starts_with("not")
        }
        _ => false,
    })
}
