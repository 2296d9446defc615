//! Loops over activations, compiled for the widest vector unit that the machine has.
//!
//! A kernel is a plain loop that [`kernel!`] hands to `pulp`, which compiles it several times and picks one at run
//! time. Everything called in the loop is inlined and free of branches, so the compiler vectorises it; a closure
//! handed to `pulp` would not do, for nothing forces its body to be compiled for the unit that was picked. Sums and
//! maxima run in a fixed number of lanes, because a compiler may not reorder floating-point additions by itself; the
//! order of summation is thus the same on every machine.
//!
//! Each file says what its kernels reach, in single precision on one core of an AMD EPYC (Zen 4), as a share of what bounds
//! them: the rate of a matrix product (105 GFLOP/s in the same run; a division counts as one
//! operation), or that of a copy within the second-level cache (162 GB/s) or beyond it (134 GB/s). `bench-check --show rates`
//! measures it again; [`crate::timed_kernels`] has the inputs and what is counted.

/// Defines a function whose body is compiled for each vector unit.
macro_rules! kernel {
    (
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident<$life:lifetime $(, $real:ident: $bound:path)?>($($argument:ident: $type:ty),+ $(,)?) $body:block
    ) => {
        $(#[$meta])*
        $visibility fn $name<$life $(, $real: $bound)?>($($argument: $type),+) {
            struct Loop<$life $(, $real: $bound)?> {
                $($argument: $type),+
            }

            impl<$life $(, $real: $bound)?> pulp::WithSimd for Loop<$life $(, $real)?> {
                type Output = ();

                // Else it would be compiled for the oldest vector unit.
                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _unit: S) {
                    let Self { $($argument),+ } = self;
                    $body
                }
            }

            pulp::Arch::new().dispatch(Loop { $($argument),+ });
        }
    };
}

pub(crate) use kernel;

mod adam;
mod affine;
mod backward;
pub(crate) mod elementary;
mod lanes;
mod product;
mod relative;
mod relu;
mod rows;
mod sight;
mod tanh_gelu;
mod timed;

pub(crate) use adam::{AdamStep, adam, add_scaled, sum_of_squares};
pub(crate) use affine::scale_and_shift;
pub(crate) use backward::{column_sums, gelu_bias_backward, layer_norm_backward, scale_by, softmax_backward};
pub(crate) use lanes::inner;
pub(crate) use product::{Operand, product};
pub(crate) use relative::{distances_backward, softmax_of_relative};
pub(crate) use relu::{relu, relu_kept};
pub(crate) use rows::{
    add_bias, bias_gelu, bias_gelu_kept, gelu, gelu_kept, layer_norm, layer_norm_kept, residual, softmax_rows,
};
pub(crate) use sight::{forget_all_but_last, softmax_of_future, softmax_of_past};
pub(crate) use tanh_gelu::{tanh_gelu, tanh_gelu_kept};
pub(crate) use timed::{TIMED_PRODUCTS, TIMED_ROWS, signs, spread};
