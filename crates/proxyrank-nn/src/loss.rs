//! Losses that a network can compute.
//!
//! Both engines check what they are asked for in the same place, so both refuse the same requests in the same words, and
//! neither comes to a head that is not there.

use crate::NnError;
use crate::batch::Block;
use crate::gradient::{Loss, MaskedToken};
use crate::pair::TextPair;
use crate::readout::Readout;
use crate::weights::{EncoderLayout, GeneratorLayout, Head, HeadLayout, Linear};

/// What is added to a squared length before a cosine divides by its root, so that a vector of zeros gives no NaN.
pub(crate) const SMALLEST_SQUARE: f64 = 1e-12;

/// A [`Loss`] whose head is there and whose sizes are right.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CheckedLoss<'a, T> {
    /// Sum of the hidden state.
    HiddenSum,
    /// Inner product of the hidden state with this matrix.
    Cotangent(&'a [T]),
    /// Sum of the logits.
    LogitSum(&'a HeadLayout),
    /// Mean binary cross-entropy of the logits.
    ReplacedTokens(&'a HeadLayout, &'a [bool]),
    /// Mean cross-entropy of the generator's predictions.
    MaskedTokens(&'a GeneratorLayout, &'a [MaskedToken]),
    /// Inner products of every segment's output with its matrix.
    Segments(&'a [T]),
    /// Mean cross-entropy of the sequences' classes.
    Classes(&'a Linear, &'a [u32], Readout<'a>),
    /// Mean squared difference from the sequences' numbers.
    Numbers(&'a Linear, &'a [T], Readout<'a>),
    /// Mean squared difference of the cosines of the sequences' two texts from numbers.
    Similarities(&'a [T], &'a [TextPair]),
    /// Mean cross-entropy of the ends of the sequences' spans.
    Spans(&'a Linear, &'a [[u32; 2]]),
}

impl<'a, T> CheckedLoss<'a, T> {
    /// Checks a loss of a network with `layout` on an input.
    pub(crate) fn new(loss: &Loss<'a, T>, layout: &'a EncoderLayout, whole: Block) -> Result<Self, NnError> {
        let rows = whole.rows();
        let discriminator = || layout.head.as_ref().ok_or(NnError::MissingHead { head: Head::Discriminator });
        Ok(match *loss {
            Loss::HiddenSum => Self::HiddenSum,
            Loss::Cotangent(cotangent) => {
                check_length("the cotangent", cotangent.len(), rows * layout.network.hidden_size)?;
                Self::Cotangent(cotangent)
            }
            Loss::Segments(cotangents) => {
                let segments = 2 * layout.layers.len();
                let wanted = segments * rows * layout.network.hidden_size;
                check_length("the list of the segments' cotangents", cotangents.len(), wanted)?;
                Self::Segments(cotangents)
            }
            Loss::LogitSum => Self::LogitSum(discriminator()?),
            Loss::ReplacedTokens(labels) => {
                check_length("the list of labels", labels.len(), rows)?;
                Self::ReplacedTokens(discriminator()?, labels)
            }
            Loss::MaskedTokens(tokens) => {
                let head = layout.generator.as_ref();
                let head = head.ok_or(NnError::MissingHead { head: Head::Generator })?;
                check_masked(tokens, rows, layout.network.vocab_size)?;
                Self::MaskedTokens(head, tokens)
            }
            Loss::Classes(labels, readout) => {
                check_length("the list of classes", labels.len(), whole.sequences)?;
                let head = task(layout, 1)?;
                match labels.iter().find(|label| **label as usize >= head.outputs) {
                    Some(&label) => return Err(NnError::Class { label, classes: head.outputs }),
                    None => Self::Classes(head, labels, readout.check(whole)?),
                }
            }
            Loss::Numbers(targets, readout) => {
                check_length("the list of numbers", targets.len(), whole.sequences)?;
                let head = task(layout, 1)?;
                check_length("the task's head", head.outputs, 1)?;
                Self::Numbers(head, targets, readout.check(whole)?)
            }
            Loss::Similarities(targets, pairs) => {
                check_length("the list of numbers", targets.len(), whole.sequences)?;
                check_length("the list of pairs of texts", pairs.len(), whole.sequences)?;
                pairs.iter().try_for_each(|pair| pair.check(whole))?;
                Self::Similarities(targets, pairs)
            }
            Loss::Spans(spans) => {
                check_length("the list of spans", spans.len(), whole.sequences)?;
                let head = task(layout, 2)?;
                check_length("the task's head", head.outputs, 2)?;
                match spans.iter().flatten().find(|place| **place as usize >= whole.seq_len) {
                    Some(&place) => return Err(NnError::Span { place, seq_len: whole.seq_len }),
                    None => Self::Spans(head, spans),
                }
            }
        })
    }
}

/// The head of a task, which should have had at least so many outputs.
fn task(layout: &EncoderLayout, outputs: usize) -> Result<&Linear, NnError> {
    layout.task.as_ref().ok_or(NnError::MissingHead { head: Head::Task { outputs } })
}

/// Checks the length of a list.
pub(crate) const fn check_length(what: &'static str, found: usize, wanted: usize) -> Result<(), NnError> {
    if found == wanted { Ok(()) } else { Err(NnError::Length { what, found, wanted }) }
}

fn check_masked(tokens: &[MaskedToken], rows: usize, vocab_size: usize) -> Result<(), NnError> {
    if tokens.is_empty() {
        return Err(NnError::NoMaskedTokens);
    }
    let outside = |token: &&MaskedToken| token.row >= rows || token.id as usize >= vocab_size;
    match tokens.iter().find(outside) {
        None => Ok(()),
        Some(&token) => Err(NnError::MaskedToken { token, rows, vocab_size }),
    }
}
