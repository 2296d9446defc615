//! Output formats and charts, seen from outside.

mod charts;
mod escaping;
mod site;
mod tables;
