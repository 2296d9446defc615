//! From the stored cutoffs to the clusters that the model has.

use crate::SpaceError;

/// The cutoffs that take effect: the exclusive ends of the vocabulary's clusters, the last being `n_token`.
///
/// Leading entries are kept up to the first one, from index 1 on, that exceeds `n_token`. The last kept entry is
/// then clamped to `n_token`, or `n_token` is appended where it is smaller. Entries up to and including the first
/// too large one must increase strictly; later ones are not looked at.
pub fn effective_cutoffs(cutoffs: &[usize], n_token: usize) -> Result<Vec<usize>, SpaceError> {
    let mut kept: Vec<usize> = Vec::with_capacity(cutoffs.len() + 1);
    for (index, &value) in cutoffs.iter().enumerate() {
        let before = kept.last().copied().unwrap_or(0);
        if value <= before {
            return Err(SpaceError::Cutoffs { index, value, before });
        }
        if index >= 1 && value > n_token {
            break;
        }
        kept.push(value);
    }
    let last = kept.last_mut().ok_or(SpaceError::NoCutoffs)?;
    if *last < n_token {
        kept.push(n_token);
    } else {
        *last = n_token;
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_lists_of_the_benchmarks() {
        let wt103 = [19_997, 39_997, 199_997, 50_264];
        assert_eq!(effective_cutoffs(&wt103, 50_264), Ok(vec![19_997, 39_997, 50_264]));
        let lm1b = [59_997, 99_997, 639_997, 50_264];
        assert_eq!(effective_cutoffs(&lm1b, 50_264), Ok(vec![50_264]));
        let word = [19_997, 39_997, 199_997, 267_736];
        assert_eq!(effective_cutoffs(&word, 267_736), Ok(word.to_vec()));
        let pareto = [59_997, 99_997, 639_997, 267_735];
        assert_eq!(effective_cutoffs(&pareto, 267_735), Ok(vec![59_997, 99_997, 267_735]));
    }

    #[test]
    fn the_end_is_appended_or_clamped() {
        assert_eq!(effective_cutoffs(&[10, 20], 30), Ok(vec![10, 20, 30]));
        assert_eq!(effective_cutoffs(&[10, 30], 30), Ok(vec![10, 30]));
        assert_eq!(effective_cutoffs(&[40], 30), Ok(vec![30]));
    }

    #[test]
    fn lists_that_do_not_increase_are_refused_where_they_are_read() {
        let error = |index, value, before| Err(SpaceError::Cutoffs { index, value, before });
        assert_eq!(effective_cutoffs(&[10, 10], 30), error(1, 10, 10));
        assert_eq!(effective_cutoffs(&[0, 10], 30), error(0, 0, 0));
        assert_eq!(effective_cutoffs(&[40, 35], 30), error(1, 35, 40));
        assert_eq!(effective_cutoffs(&[], 30), Err(SpaceError::NoCutoffs));
        // The last entry is never read: 35 is already too large.
        assert_eq!(effective_cutoffs(&[10, 35, 5], 30), Ok(vec![10, 30]));
    }
}
