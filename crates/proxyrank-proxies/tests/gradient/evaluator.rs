//! One evaluation of many proxies: its scores, its refusals and its costs.

use candle_core::Device;
use proxyrank_nn::{ComposedEngine, Head, Initialiser};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::gradient::{evaluate, evaluate_twice, head};
use proxyrank_schema::{CostClass, Signal, Status};

use crate::definitions::{EVAL, SIGNALS, batch, calls, named, network, signal, weights};
use crate::differences::Differences;

#[test]
fn a_mean_over_no_matrices_is_unsupported() {
    let engine = ComposedEngine::new(Device::Cpu);
    let calls = [named("head_importance_norm:hi_min=64"), named("decoder_params")];
    let found = evaluate(&engine, &weights(), &batch(), &signal(Signal::Ones), &calls, EVAL).unwrap();
    assert_eq!(found[0].outcome.status, Status::Unsupported);
    assert_eq!(found[0].outcome.detail, "no matrix of an operation has 64 outputs");
    assert_eq!(found[1].outcome.status, Status::Unsupported);
}

#[test]
fn together_and_alone_give_the_same_bits() {
    let engine = Differences::new();
    for axis in SIGNALS {
        let signal = signal(axis);
        let together = evaluate_twice(&engine, &weights(), &batch(), &signal, &calls(), EVAL).unwrap();
        for (call, together) in calls().iter().zip(together) {
            let alone = std::slice::from_ref(call);
            let alone = evaluate_twice(&engine, &weights(), &batch(), &signal, alone, EVAL).unwrap();
            assert!(together.outcome.score.is_some(), "{call}: {}", together.outcome.detail);
            assert_eq!(
                together.outcome.score.map(f64::to_bits),
                alone[0].outcome.score.map(f64::to_bits),
                "{call} under {axis}"
            );
        }
    }
}

#[test]
fn forward_proxies_are_scored_on_the_batch_as_it_is() {
    let engine = ComposedEngine::new(Device::Cpu);
    let forward = |call: &ProxyCall| matches!(call.proxy.class, CostClass::Forward | CostClass::Weights);
    let calls = calls();
    let wanted = proxyrank_proxies::forward::evaluate(&engine, &weights(), &batch(), &calls, EVAL).unwrap();
    for axis in SIGNALS {
        let found = evaluate(&engine, &weights(), &batch(), &signal(axis), &calls, EVAL).unwrap();
        for ((call, found), wanted) in calls.iter().zip(found).zip(&wanted) {
            if forward(call) {
                assert_eq!(found.outcome, wanted.outcome, "{call} under {axis}");
            } else {
                assert_eq!(wanted.outcome.status, Status::Error, "{call}");
            }
        }
    }
}

#[test]
fn what_needs_second_derivatives_says_so() {
    let engine = ComposedEngine::new(Device::Cpu);
    let calls = [named("grasp"), named("snip")];
    let found = evaluate(&engine, &weights(), &batch(), &signal(Signal::Rtd), &calls, EVAL).unwrap();
    assert_eq!(found[0].outcome.status, Status::Unsupported);
    assert_eq!(
        found[0].outcome.detail,
        "grasp needs second derivatives, which only the fast engine on cpu computes"
    );
    assert_eq!(found[1].outcome.status, Status::Ok);
}

#[test]
fn the_head_is_asked_for_where_it_is_read() {
    let heads = |names: &[&str], axis| {
        let calls: Vec<ProxyCall> = names.iter().map(|name| named(name)).collect();
        head(&calls, &signal(axis))
    };
    assert_eq!(heads(&["snip"], Signal::Rtd), Head::Discriminator);
    assert_eq!(heads(&["snip"], Signal::Ones), Head::None);
    assert_eq!(heads(&["synflow"], Signal::Ones), Head::Discriminator);
    assert_eq!(heads(&["v_pca", "num_layers"], Signal::Rtd), Head::None);
    let headless = Initialiser::new(3).encoder(&network(), Head::None).unwrap();
    let engine = ComposedEngine::new(Device::Cpu);
    let found = evaluate(&engine, &headless, &batch(), &signal(Signal::Rtd), &[named("snip")], EVAL);
    assert!(found.unwrap_err().to_string().contains("Head::Discriminator"));
}

#[test]
fn costs_add_up() {
    let engine = Differences::new();
    let all = [calls(), vec![named("num_layers")]].concat();
    for axis in SIGNALS {
        let found = evaluate_twice(&engine, &weights(), &batch(), &signal(axis), &all, EVAL).unwrap();
        let shared: Vec<u64> = found.iter().map(|found| found.wall_ns - found.own_ns).collect();
        let of = |name: &str| {
            let index = all.iter().position(|call| call.proxy.name == name).unwrap();
            shared[index] - EVAL.weights_ns
        };
        for (call, &shared) in all.iter().zip(&shared) {
            match call.proxy.class {
                CostClass::DataFree => assert_eq!(shared, 0, "{call}"),
                CostClass::Weights => assert_eq!(shared, EVAL.weights_ns, "{call}"),
                _ => assert!(shared > EVAL.weights_ns, "{call}"),
            }
        }
        // One backward pass for both; the Hessian's product comes on top.
        assert_eq!(of("snip"), of("fisher"));
        assert!(of("grasp") > of("snip"));
        assert_eq!(of("synflow"), of("logsynflow"));
    }
}
