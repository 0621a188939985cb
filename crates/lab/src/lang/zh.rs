//! The sentences in Chinese.

pub(crate) mod captures;
pub(crate) mod expect;
pub(crate) mod link;
pub(crate) mod live;
pub(crate) mod load;
pub(crate) mod notes;
pub(crate) mod page;
pub(crate) mod run;
