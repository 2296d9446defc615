//! The recipes that are compared.

use proxyrank_nn::train::EarlyExit;
use proxyrank_schema::Reading;
use proxyrank_space::counts::macs;
use proxyrank_space::{EncoderNetwork, Network, SpaceError};

use super::fill::ArmRow;
use crate::RunError;
use crate::train::embedded::{EmbeddedRecipe, architectures};
use crate::train::recipe::{PretrainRecipe, Replacements};

/// The architecture of the embedded benchmark that is trained: self-attention, then three span convolutions, hidden size 64.
pub const ARCHITECTURE: usize = 33;

/// One recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Its name in files.
    pub id: &'static str,
    /// What it does, for tables.
    pub title: String,
    /// The recipe.
    pub recipe: EmbeddedRecipe,
}

impl Arm {
    /// Whether a row was trained by it.
    pub fn made(&self, row: &ArmRow) -> bool {
        row.arm == self.id && row.row.recipe == self.recipe.fingerprint()
    }

    /// Whether it is the embedded benchmark's recipe but for the number of steps.
    pub const fn is_plain(&self) -> bool {
        let PretrainRecipe { exit, replacements, .. } = &self.recipe.pretrain;
        exit.is_none()
            && matches!(replacements, Replacements::Generator)
            && self.recipe.pretrain.generator_divisor == 2
    }

    /// Multiply-accumulates of pre-training as a share of those of another recipe, forward, the two networks' bodies and the generator's
    /// output layer counted; `work` is the discriminator's as a share of full depth.
    pub fn cost(&self, work: f64, whole: &EmbeddedRecipe) -> Result<f64, RunError> {
        let network = network()?;
        Ok(Self::absolute(&self.recipe, &network, work)? / Self::absolute(whole, &network, 1.0)?)
    }

    fn absolute(recipe: &EmbeddedRecipe, network: &EncoderNetwork, work: f64) -> Result<f64, RunError> {
        let pretrain = &recipe.pretrain;
        let body = |network: EncoderNetwork| {
            let counted = macs(&Network::Encoder(network), pretrain.seq_len);
            counted.map(|macs| macs.total() as f64).map_err(of_space)
        };
        let generator = match pretrain.replacements {
            Replacements::Uniform => 0.0,
            Replacements::Generator => {
                // 15% of a sequence's tokens are guessed.
                let guessed = (pretrain.seq_len * 15 / 100) as f64;
                let output = guessed * (network.embedding_size * network.vocab_size) as f64;
                body(pretrain.generator(network))? + output
            }
        };
        Ok((pretrain.steps * pretrain.batch as u64) as f64 * (generator + work * body(network.clone())?))
    }
}

/// The network that is trained.
pub(super) fn network() -> Result<EncoderNetwork, RunError> {
    architectures()[ARCHITECTURE].network(Reading::Declared).map_err(of_space)
}

fn of_space(error: SpaceError) -> RunError {
    RunError::space("embedded".into(), &ARCHITECTURE.to_string().into())(error)
}

/// All recipes around one; the first is that one in full.
pub fn arms(standard: &EmbeddedRecipe) -> Vec<Arm> {
    let arm = |id, title: String, change: &dyn Fn(&mut PretrainRecipe)| {
        let mut recipe = standard.clone();
        change(&mut recipe.pretrain);
        Arm { id, title, recipe }
    };
    let steps = |share: u64| standard.pretrain.steps * share / 100;
    let plain = |id, share| {
        let title = if share == 100 {
            "full depth, all steps".to_owned()
        } else {
            format!("full depth, {share}% of the steps")
        };
        arm(id, title, &move |recipe| {
            recipe.steps = steps(share);
            recipe.warmup = recipe.warmup * share / 100;
        })
    };
    let exit = |id, layers, margin| {
        let from = steps(10);
        arm(id, format!("exit after layer {layers}, margin {margin}"), &move |recipe| {
            recipe.exit = Some(EarlyExit { layers, margin, from });
        })
    };
    vec![
        plain("plain", 100),
        plain("plain-75", 75),
        plain("plain-50", 50),
        exit("exit-1", 1, 1.0),
        exit("exit-2", 2, 1.0),
        exit("exit-2-wide", 2, 1.3),
        arm("narrow-generator", "generator of a quarter of the width".to_owned(), &|recipe| {
            (recipe.generator_divisor, recipe.generator_least) = (4, 1);
        }),
        arm("no-generator", "no generator: tokens replaced evenly at random".to_owned(), &|recipe| {
            recipe.replacements = Replacements::Uniform;
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_differ_and_exits_lie_inside_the_network() {
        let arms = arms(&EmbeddedRecipe::standard());
        let network = network().unwrap();
        let plain = &arms[0];
        assert_eq!(plain.recipe, EmbeddedRecipe::standard());
        for (index, arm) in arms.iter().enumerate() {
            assert!(arms[..index].iter().all(|other| other.id != arm.id && other.recipe != arm.recipe));
            assert!(arm.recipe.pretrain.exit.is_none_or(|exit| exit.layers < network.layers.len()));
            assert_eq!(arm.recipe.tasks, plain.recipe.tasks);
        }
        assert_eq!(arms.iter().filter(|arm| arm.is_plain()).count(), 3);
    }

    #[test]
    fn costs_follow_steps_work_and_generator() {
        let arms = arms(&EmbeddedRecipe::standard());
        let whole = &arms[0].recipe;
        let cost = |id: &str, work| arms.iter().find(|arm| arm.id == id).unwrap().cost(work, whole).unwrap();
        assert!((cost("plain", 1.0) - 1.0).abs() < 1e-12 && (cost("plain-50", 1.0) - 0.5).abs() < 1e-12);
        let (half, none) = (cost("exit-2", 0.5), cost("no-generator", 1.0));
        // What the generator costs is what is missing without it, and what exit cannot save.
        assert!((half - (1.0 - none / 2.0)).abs() < 1e-12, "{half} {none}");
        assert!(cost("narrow-generator", 1.0) < 1.0 && none < cost("narrow-generator", 1.0));
    }
}
