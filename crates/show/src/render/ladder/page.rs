//! What the rows of a ladder and the card before them are drawn on.

use steps::Lang;

use crate::{render::marks::NARROWEST, terminal::Paint};

/// Rows that fill so many columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) lang: Lang,
    pub(crate) paint: Paint,
    pub(crate) width: usize,
    /// How many lines a row may have; fields that find no room on them are left out, the least telling first, but for those
    /// that their card calls essential.
    pub(super) most: usize,
}

impl Page {
    /// A page that fills `width` columns of a terminal that has `of`: of 120 and more nothing is left out.
    pub(crate) fn new(lang: Lang, paint: Paint, width: usize, of: usize) -> Self {
        Page { lang, paint, width: width.max(NARROWEST), most: if of < 120 { 2 } else { usize::MAX } }
    }
}
