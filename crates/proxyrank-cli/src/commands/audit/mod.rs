//! `audit`: are published numbers right, and are scores numbers?

mod claims;
mod numeric;

use crate::args::{AuditArgs, AuditWhat, Global};
use crate::exit::Outcome;

pub(super) fn run(global: &Global, args: &AuditArgs) -> anyhow::Result<Outcome> {
    match &args.what {
        AuditWhat::Claims(args) => claims::run(global, args),
        AuditWhat::Numeric(args) => numeric::run(global, args),
    }
}
