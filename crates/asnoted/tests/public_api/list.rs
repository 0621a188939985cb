//! What a module offers, as a list for people.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, Meta, Token, TraitItem, Type, Visibility};

use crate::sources::{Means, Module, Sources, leaves, named};

/// How wide a line of names may be.
const WIDTH: usize = 110;

/// What a module offers, and below it what the modules in it do.
pub(crate) fn module(sources: &Sources, path: &str) -> String {
    offered(sources, path, path, "")
}

/// `shown`: by which path users know the module `path`.
fn offered(sources: &Sources, path: &str, shown: &str, feature: &str) -> String {
    let here = sources.module(path);
    let mut entries = BTreeSet::new();
    let mut fields = BTreeMap::<String, Vec<_>>::new();
    let mut below = Vec::new();
    let mut put = |name: &str, means: Means<'_>, feature: &str| match means {
        Means::Module(within) if !sources.is_public(within) => {}
        Means::Module(within) => {
            below.push((format!("{shown}::{name}"), within.to_owned(), feature.to_owned()));
        }
        Means::Item(within, item) => {
            entries.insert((name.to_owned(), entry(sources, within, name, item)));
        }
        Means::Field((kind, known)) => {
            fields.entry(kind.clone()).or_default().push(known.clone());
        }
    };
    for (name, field) in &here.fields {
        put(name, Means::Field(field), feature);
    }
    for item in &here.items {
        match item {
            Item::Use(import) if is_public(&import.vis) => {
                for (target, name) in leaves(&import.tree) {
                    let found = sources.follow(path, &target);
                    assert!(!found.is_empty(), "{path}: {target:?} comes from a crate that is not read");
                    found.into_iter().for_each(|means| put(&name, means, feature));
                }
            }
            Item::Mod(module) if is_public(&module.vis) && !is_hidden(&module.attrs) => {
                let name = module.ident.to_string();
                let feature = features(here, &module.attrs).unwrap_or(feature.to_owned());
                for means in sources.find(path, &name) {
                    if let Means::Module(_) = means {
                        put(&name, means, &feature);
                    }
                }
            }
            Item::Macro(it) => match it.mac.path.get_ident() {
                Some(name) if name == "declare" || name == "macro_rules" => {}
                _ => panic!("{path}: nobody knows what a macro brings: {}", here.said(it)),
            },
            item => {
                if let Some(name) = named(item) {
                    let name = name.to_string();
                    if is_offered(item) {
                        put(&name, Means::Item(path, item), feature);
                    }
                }
            }
        }
    }
    let mark = if feature.is_empty() { String::new() } else { format!(" (feature {feature})") };
    let mut page = format!("\n{shown}{mark}\n");
    for (_, entry) in entries {
        page.push_str(&entry);
    }
    for (kind, mut names) in fields {
        names.sort();
        for line in wrapped(&format!("{kind}: "), &names) {
            page.push_str(&format!("  {line}\n"));
        }
    }
    below.sort();
    below.dedup();
    for (shown, path, feature) in below {
        page.push_str(&offered(sources, &path, &shown, &feature));
    }
    page
}

fn is_offered(item: &Item) -> bool {
    let (vis, attributes) = match item {
        Item::Const(it) => (&it.vis, &it.attrs),
        Item::Enum(it) => (&it.vis, &it.attrs),
        Item::Fn(it) => (&it.vis, &it.attrs),
        Item::Static(it) => (&it.vis, &it.attrs),
        Item::Struct(it) => (&it.vis, &it.attrs),
        Item::Trait(it) => (&it.vis, &it.attrs),
        Item::Type(it) => (&it.vis, &it.attrs),
        _ => return false,
    };
    is_public(vis) && !is_hidden(attributes)
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("doc") && list.tokens.to_string() == "hidden",
        _ => false,
    })
}

/// The features that a `cfg` asks for.
fn features(module: &Module, attributes: &[Attribute]) -> Option<String> {
    let asked = attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => Some(module.said(&list.tokens)),
        _ => None,
    })?;
    Some(asked.replace("feature = ", "").replace('"', ""))
}

/// An item under `name`, with what it can do.
fn entry(sources: &Sources, path: &str, name: &str, item: &Item) -> String {
    let here = sources.module(path);
    let mut lines = Vec::new();
    let head = match item {
        Item::Const(it) => format!("const {name}: {}", here.said(&it.ty)),
        Item::Static(it) => format!("static {name}: {}", here.said(&it.ty)),
        Item::Type(it) => format!("type {name}{} = {}", generics(here, &it.generics), here.said(&it.ty)),
        Item::Fn(it) => here.said(&it.sig),
        Item::Enum(it) => {
            let names: Vec<_> = it.variants.iter().map(|variant| variant_said(here, variant)).collect();
            lines.extend(wrapped("", &names));
            format!("enum {name}{}{}", generics(here, &it.generics), growing(&it.attrs))
        }
        Item::Struct(it) => {
            lines.extend(public_fields(here, &it.fields));
            format!("struct {name}{}{}", generics(here, &it.generics), growing(&it.attrs))
        }
        Item::Trait(it) => {
            lines.extend(it.items.iter().map(|item| match item {
                TraitItem::Fn(it) => here.said(&it.sig),
                TraitItem::Type(it) => format!("type {}", it.ident),
                TraitItem::Const(it) => format!("const {}: {}", it.ident, here.said(&it.ty)),
                other => here.said(other),
            }));
            format!("trait {name}{}", generics(here, &it.generics))
        }
        other => here.said(other),
    };
    lines.extend(abilities(sources, path, item));
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("  {head}\n{lines}")
}

/// The parameters, and what they have to be.
fn generics(here: &Module, generics: &syn::Generics) -> String {
    let parameters = if generics.params.is_empty() { String::new() } else { here.said(&generics) };
    let bounds = generics.where_clause.as_ref().map(|bounds| format!(" {}", here.said(bounds)));
    parameters + &bounds.unwrap_or_default()
}

fn growing(attributes: &[Attribute]) -> &'static str {
    let may_grow = attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
    if may_grow { " (non-exhaustive)" } else { "" }
}

fn variant_said(here: &Module, variant: &syn::Variant) -> String {
    match &variant.fields {
        Fields::Named(fields) => {
            let fields: Vec<_> = fields.named.iter().map(|field| field_said(here, field)).collect();
            format!("{} {{ {} }}", variant.ident, fields.join(", "))
        }
        Fields::Unnamed(fields) => {
            let fields: Vec<_> = fields.unnamed.iter().map(|field| here.said(&field.ty)).collect();
            format!("{}({})", variant.ident, fields.join(", "))
        }
        Fields::Unit => variant.ident.to_string(),
    }
}

fn field_said(here: &Module, field: &syn::Field) -> String {
    let name = field.ident.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    name + &here.said(&field.ty)
}

fn public_fields(here: &Module, fields: &Fields) -> Vec<String> {
    let public = |(n, field): (usize, &syn::Field)| {
        let name = if field.ident.is_none() { format!("{n}: ") } else { String::new() };
        is_public(&field.vis).then(|| name + &field_said(here, field))
    };
    fields.iter().enumerate().filter_map(public).collect()
}

/// What is implemented for a type, or, of a trait, for what it is implemented.
fn abilities(sources: &Sources, path: &str, item: &Item) -> Vec<String> {
    let (mut own, mut traits, mut types) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    if let Item::Enum(syn::ItemEnum { attrs, .. }) | Item::Struct(syn::ItemStruct { attrs, .. }) = item {
        for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let derived = attribute
                .parse_args_with(syn::punctuated::Punctuated::<syn::Path, Token![,]>::parse_terminated);
            let derived = derived.expect("it compiles").into_iter();
            traits.extend(derived.filter_map(|path| Some(path.segments.last()?.ident.to_string())));
        }
    }
    let is_it = |from: &str, target: &syn::Path| {
        let target: Vec<_> = target.segments.iter().map(|part| part.ident.to_string()).collect();
        let found = sources.follow(from, &target);
        found
            .iter()
            .any(|means| matches!(means, Means::Item(at, is) if *at == path && named(is) == named(item)))
    };
    for (from, module) in sources.modules() {
        for one in &module.items {
            let Item::Impl(one) = one else { continue };
            if let Some((of, _)) = &one.trait_
                && is_it(from, of)
            {
                types.insert(module.said(&one.self_ty));
            }
            let Type::Path(target) = bare(&one.self_ty) else { continue };
            if !is_it(from, &target.path) {
                continue;
            }
            match &one.trait_ {
                Some((of, _)) => {
                    let last = of.segments.last().expect("a path has parts");
                    traits.insert(module.said(last));
                }
                None => own.extend(methods(module, one)),
            }
        }
    }
    own.sort(); // in whichever file each stands
    if !traits.is_empty() {
        own.extend(wrapped("is ", &traits.into_iter().collect::<Vec<_>>()));
    }
    if !types.is_empty() {
        own.extend(wrapped("for ", &types.into_iter().collect::<Vec<_>>()));
    }
    own
}

/// A type without `&` before it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Reference(to) => bare(&to.elem),
        other => other,
    }
}

fn methods(here: &Module, one: &ItemImpl) -> Vec<String> {
    let of = one.items.iter().filter_map(|item| match item {
        ImplItem::Fn(it) if is_public(&it.vis) && !is_hidden(&it.attrs) => Some(here.said(&it.sig)),
        ImplItem::Const(it) if is_public(&it.vis) && !is_hidden(&it.attrs) => {
            Some(format!("const {}: {}", it.ident, here.said(&it.ty)))
        }
        _ => None,
    });
    of.collect()
}

/// Names in lines that are not too wide.
fn wrapped(before: &str, names: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = before.to_owned();
    for (n, name) in names.iter().enumerate() {
        let comma = if n + 1 < names.len() { "," } else { "" };
        if line.len() + name.len() > WIDTH {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        line.push_str(&format!("{name}{comma} "));
    }
    lines.push(line.trim_end().to_owned());
    lines.retain(|line| !line.is_empty());
    lines
}
