//! A headless Chromium, driven over a pair of pipes.
//!
//! A page's script can only be believed in a browser. Chromium speaks its own protocol over file descriptors 3 and 4 when
//! asked to, so a shell that moves two pipes there is all that is needed: no driver, no port, no dependency. A [`Tab`]
//! keeps what a page should never do: log an error, throw, or ask for anything that lies outside its folder.

mod chromium;
mod looks;
mod speed;
mod tab;

pub(crate) use chromium::{Chromium, find};
pub(crate) use looks::looks;
pub(crate) use speed::loading;
pub(crate) use tab::Tab;
