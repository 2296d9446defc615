//! Spellings that files share: numbers that come back bit by bit, and checksums.

use proxyrank_schema::{Outcome, ScoreKey, ScoreRow, Status};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The SHA-256 of some bytes in lower-case hex, 64 digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A score as it stands in a journal.
///
/// The number is kept as text, in the shortest spelling that the standard library parses back to the same bits; a
/// JSON reader may be off by the last one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreLine {
    key: ScoreKey,
    score: Option<String>,
    status: Status,
    detail: String,
}

impl From<&ScoreRow> for ScoreLine {
    fn from(row: &ScoreRow) -> Self {
        Self {
            key: row.key.clone(),
            score: row.outcome.score.map(|value| format!("{value:?}")),
            status: row.outcome.status,
            detail: row.outcome.detail.clone(),
        }
    }
}

impl TryFrom<ScoreLine> for ScoreRow {
    type Error = String;

    fn try_from(line: ScoreLine) -> Result<Self, Self::Error> {
        let parse = |text: String| text.parse::<f64>().map_err(|_| format!("`{text}` is no score"));
        let score = line.score.map(parse).transpose()?;
        Ok(Self { key: line.key, outcome: Outcome { score, status: line.status, detail: line.detail } })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::Record;
    use crate::samples;

    fn there_and_back(value: f64) -> ScoreRow {
        let mut row = samples::score("17", "snip", value);
        row.outcome = Outcome::from_value(value);
        let text = serde_json::to_string(&ScoreLine::from(&row)).unwrap();
        let back = ScoreRow::try_from(serde_json::from_str::<ScoreLine>(&text).unwrap()).unwrap();
        assert!(row.same(&back), "{value:e} came back as {:?}", back.outcome.score);
        back
    }

    #[test]
    fn awkward_numbers_come_back_bit_by_bit() {
        for value in
            [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, -5e-324, f64::MAX, f64::MIN, f64::EPSILON, 0.1 + 0.2]
        {
            let back = there_and_back(value).outcome.score.unwrap();
            assert_eq!(back.to_bits(), value.to_bits());
        }
        assert_eq!(there_and_back(f64::NAN).outcome.score, None);
    }

    proptest! {
        #[test]
        fn any_number_comes_back_bit_by_bit(bits in any::<u64>()) {
            there_and_back(f64::from_bits(bits));
        }
    }

    #[test]
    fn hex_is_lower_case_and_padded() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
        assert_eq!(&sha256(b"")[..8], "e3b0c442");
    }
}
