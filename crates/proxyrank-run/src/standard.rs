//! The protocol under which proxies stand side by side in tables.
//!
//! A store may hold a proxy's scores under many protocols: other seeds, texts, batch sizes. A table that mixed them
//! would compare conditions and not proxies, so it takes the standard one; studies look at the others. The signal is
//! part of what a gradient proxy is, so scores under each signal stay apart and all of them are standard.

use proxyrank_schema::{Device, Dtype, Input, Mode, Protocol, Reading, Signal};
use proxyrank_space::Family;

use crate::benchmark::{BenchmarkInfo, Source};

/// Sequences in a batch.
pub const BATCH_SIZE: u32 = 16;

/// The signal that stands where only one can: the loss that FlexiBERT's networks were trained with.
pub const SIGNAL: Signal = Signal::Rtd;

/// The loss that the networks of a benchmark were trained with, as far as there is one signal for it.
pub const fn signal(info: &BenchmarkInfo) -> Signal {
    match info.source {
        Source::Flexibert | Source::Embedded | Source::Own(Family::Encoder) => SIGNAL,
        Source::Lts | Source::Own(Family::Gpt2 | Family::TransformerXl) => Signal::Lm,
    }
}

/// The standard protocol of a benchmark: Zipf-distributed ids, 16 sequences of the benchmark's own length, dropout off,
/// seeds 0, single precision on the CPU.
pub fn protocol(info: &BenchmarkInfo, reading: Reading, signal: Signal) -> Protocol {
    Protocol {
        reading,
        signal,
        input: Input::Zipf,
        batch_size: BATCH_SIZE,
        seq_len: info.seq_len,
        mode: Mode::Eval,
        init_seed: 0,
        data_seed: 0,
        dtype: Dtype::F32,
        device: Device::cpu(),
    }
}

/// In what a protocol departs from the standard one, in words; nothing where it does not. Axes that a proxy does not use
/// cannot depart, and neither reading nor signal counts.
pub fn departures(info: &BenchmarkInfo, found: &Protocol) -> Vec<String> {
    let standard = protocol(info, found.reading, found.signal);
    let mut departures = Vec::new();
    let mut note = |departs: bool, words: String| {
        if departs {
            departures.push(words);
        }
    };
    note(found.input != Input::None && found.input != standard.input, found.input.to_string());
    note(
        found.batch_size != 0 && found.batch_size != standard.batch_size,
        format!("batch {}", found.batch_size),
    );
    note(found.seq_len != 0 && found.seq_len != standard.seq_len, format!("length {}", found.seq_len));
    note(found.mode != Mode::None && found.mode != standard.mode, found.mode.to_string());
    note(found.init_seed != 0, format!("init seed {}", found.init_seed));
    note(found.data_seed != 0, format!("data seed {}", found.data_seed));
    note(found.dtype != Dtype::None && found.dtype != standard.dtype, found.dtype.to_string());
    note(found.device != Device::none() && found.device != standard.device, found.device.to_string());
    departures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::find;

    #[test]
    fn departures_name_what_is_used_and_differs() {
        let info = find(&"flexibert".into()).unwrap();
        assert!(departures(info, &Protocol::none()).is_empty());
        let standard = protocol(info, Reading::Released, Signal::Rtd);
        assert!(departures(info, &standard).is_empty());
        let other =
            Protocol { input: Input::Mnli, batch_size: 4, init_seed: 3, mode: Mode::Train, ..standard };
        assert_eq!(departures(info, &other), ["mnli", "batch 4", "train", "init seed 3"]);
    }
}
