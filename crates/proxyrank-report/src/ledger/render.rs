//! The ledger as a Markdown page, CSV and JSON.

use serde_json::{Value, json};

use super::Ledger;
use crate::page::Page;
use crate::table::printable;

impl Ledger {
    /// A page with the summary, notes, warnings, claims table by table, and findings with their evidence.
    pub fn page(&self) -> Page {
        let mut page = Page::new("Ledger of claims");
        page.text(&format!("{}.", self.summary()));
        for note in &self.notes {
            page.text(note);
        }
        if !self.warnings.is_empty() {
            page.heading("Warnings");
            page.list(self.warnings.iter().map(String::as_str));
        }
        if !self.claims.is_empty() {
            page.heading("Claims");
            for table in self.claim_tables() {
                page.table(&table);
            }
        }
        if !self.findings.is_empty() {
            page.heading("Findings about published data");
        }
        for finding in &self.findings {
            page.subheading(&format!("{} ({})", finding.title, finding.verdict.as_str()));
            page.text(&finding.statement);
            if !finding.evidence.is_empty() {
                page.bare_table(&finding.evidence_table());
            }
        }
        page
    }

    /// The page as Markdown.
    pub fn markdown(&self) -> String {
        self.page().markdown()
    }

    /// The summary, warnings, claims and findings as plain text that wraps at `width` columns.
    pub fn terminal(&self, width: u16) -> String {
        let claims = self.claim_tables().into_iter();
        let findings = (!self.findings.is_empty()).then(|| self.finding_table());
        let tables = claims.chain(findings).map(|table| table.terminal(width));
        let warnings = self.warnings.iter().map(|warning| format!("warning: {}\n", printable(warning)));
        let summary = format!("{}\n", self.summary());
        tables.chain(warnings).chain([summary]).collect::<Vec<_>>().join("\n")
    }

    /// One line for each claim and stage, in full precision.
    pub fn csv(&self) -> String {
        self.long_table().csv()
    }

    /// `{summary, claims, findings, warnings, notes}`.
    pub fn json(&self) -> Value {
        json!({
            "summary": self.summary(),
            "claims": self.claims,
            "findings": self.findings,
            "warnings": self.warnings,
            "notes": self.notes,
        })
    }
}
