//! `#[kit::test]`: a test that the kit's runner runs (`kit::runner`), which knows of a test that found a peer missing. An
//! `async` one runs on a runtime of its own.

use proc_macro::{TokenStream, TokenTree};

/// Puts the function on the runner's list. The file of the binary's root says `kit::runner!();`.
#[proc_macro_attribute]
pub fn test(options: TokenStream, function: TokenStream) -> TokenStream {
    let wrong = |why: &str| format!("compile_error!({why:?});").parse().expect("it is Rust");
    if !options.is_empty() {
        return wrong("#[kit::test] has no options");
    }
    let mut words = function.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    let before: Vec<_> = words.by_ref().take_while(|word| word != "fn").collect();
    let Some(name) = words.next() else { return wrong("#[kit::test] is for a function") };
    let run = if before.iter().any(|word| word == "async") {
        format!("|| ::kit::runner::block_on({name}())")
    } else {
        name.clone()
    };
    let listed = format!(
        "::kit::runner::inventory::submit! {{
            ::kit::runner::Test {{ module: ::core::module_path!(), name: {name:?}, run: {run} }}
        }}"
    );
    [function, listed.parse().expect("it is Rust")].into_iter().collect()
}
