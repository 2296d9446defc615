//! The language as its users meet it, and each primitive against numbers worked out by hand.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Expression {
    text.parse().unwrap()
}

fn message(text: &str) -> String {
    text.parse::<Expression>().unwrap_err().to_string()
}

fn arbitrary_tensors() -> impl Strategy<Value = Tensors> {
    let leaf = (0..Input::ALL.len()).prop_map(|index| Tensors::Input(Input::ALL[index]));
    leaf.prop_recursive(6, 24, 2, |inner| {
        prop_oneof![
            (0..Unary::ALL.len(), inner.clone()).prop_map(|(index, tensors)| tensors.then(Unary::ALL[index])),
            (0..Binary::ALL.len(), inner.clone(), inner).prop_map(|(index, left, right)| {
                Tensors::Binary(Binary::ALL[index], Box::new(left), Box::new(right))
            }),
        ]
    })
}

fn arbitrary_expression() -> impl Strategy<Value = Expression> {
    let series = arbitrary_tensors().prop_map(Series::Mean).prop_recursive(4, 8, 2, |inner| {
        (0..Binary::ALL.len(), inner.clone(), inner).prop_map(|(index, left, right)| {
            Series::Binary(Binary::ALL[index], Box::new(left), Box::new(right))
        })
    });
    let reduction = prop_oneof![Just(Reduction::Average), Just(Reduction::Total)];
    (reduction, series).prop_map(|(reduction, series)| Expression { reduction, series })
}

fn arbitrary_genotype() -> impl Strategy<Value = Genotype> {
    let branch = || {
        (0..5_usize, 0..20_usize, 0..20_usize).prop_map(|(input, first, second)| Branch {
            input: Input::ALL[input],
            first: Unary::ALL[first],
            second: Unary::ALL[second],
        })
    };
    (branch(), branch(), 0..3_usize)
        .prop_map(|(left, right, binary)| Genotype { branches: [left, right], binary: Binary::ALL[binary] })
}

/// Texts of the language's own pieces, which get further into the parser than any text does.
fn nearly_expressions() -> impl Strategy<Value = String> {
    let pieces =
        ["mean", "total", "pow", "softmax", "act", "grad", "(", ")", "+", "-", "*", " ", "matmul", "é", "7"];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(expression in arbitrary_expression()) {
        prop_assert_eq!(read(&expression.to_string()), expression);
    }

    #[test]
    fn genotypes_read_back_in_both_forms(genotype in arbitrary_genotype()) {
        prop_assert_eq!(genotype.to_string().parse::<Genotype>(), Ok(genotype));
        let expression = read(&genotype.expression().to_string());
        prop_assert_eq!(Genotype::try_from(&expression), Ok(genotype));
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = text.parse::<Genotype>();
        if let Err(error) = text.parse::<Expression>() {
            prop_assert!(error.position <= text.chars().count());
            let _ = error.to_string();
        }
    }

    #[test]
    fn no_sequence_of_words_panics(text in nearly_expressions()) {
        match text.parse::<Expression>() {
            Ok(expression) => prop_assert_eq!(read(&expression.to_string()), expression),
            Err(error) => {
                prop_assert!(error.position <= text.chars().count());
                let _ = error.to_string();
            }
        }
    }

    #[test]
    fn no_file_panics(text in "\\PC*") {
        let _ = submission::parse("file.toml".as_ref(), &text);
        let entry = format!("[[proxy]]\nname = \"a\"\ntitle = \"\"\ndirection = \"higher_is_better\"\nexpression = '{text}'");
        let _ = submission::parse("file.toml".as_ref(), &entry);
    }
}

#[test]
fn brackets_are_written_only_where_they_matter() {
    for text in [
        "mean(act)",
        "mean(act) - mean(head) - mean(grad)",
        "mean(act) - (mean(head) - mean(grad))",
        "(mean(act) + mean(head)) * mean(grad)",
        "mean(act) + mean(head) * mean(grad)",
        "total(mean(pow(act - head)) + mean(softmax(softmax)))",
    ] {
        assert_eq!(read(text).to_string(), text);
    }
    assert_eq!(read(" average( mean((l1_norm(act))) )").to_string(), "mean(l1(act))");
}

#[test]
fn faults_are_shown_where_they_are() {
    assert_eq!(
        message("mean(pow(sqr(weight)))"),
        "character 10: there is no input and no function `sqr`; the closest names are sqrt, log, abs\n  \
         mean(pow(sqr(weight)))\n           ^"
    );
    let at = |text: &str, column: usize, words: &str| {
        let message = message(text);
        assert!(
            message.starts_with(&format!("character {column}: ")) && message.contains(words),
            "{message}"
        );
    };
    at("", 1, "expected an input, a function or `(`, found the end");
    at("mean(act", 9, "expected `)`, `+`, `-` or `*`, found the end");
    at("mean(act))", 10, "found `)`");
    at("mean(act) mean(head)", 11, "found `mean`");
    at("mean(act) / 2", 11, "`/` means nothing here");
    at("pow(act)", 1, "put `mean(...)` around it");
    at("mean(act) + head", 11, "tensors on one side");
    at("pow(mean(act))", 1, "write the function inside `mean(...)`");
    at("mean(act(head))", 6, "is an input and takes nothing");
    at("mean(pow)", 6, "write `pow(...)`");
    at("mean(total(act))", 6, "around the whole expression");
    at("mean(matmul(act))", 6, "`*` is the product of two numbers");
    at("mean(disconnect(act))", 6, "leave the branch out");
    at(&"(".repeat(200), 101, "more than 100 brackets");
    at(&"a".repeat(10_001), 10_001, "10000 characters at most");
}

#[test]
fn released_genotypes() {
    let genotype: Genotype = "(head, act)[[15,3],[8,13],0]".parse().unwrap();
    let text = "mean(pow(revert(head))) + mean(logsoftmax(frobenius(act)))";
    assert_eq!(genotype.expression().to_string(), text);
    assert_eq!(genotype.to_string(), "[head,act][[15,3],[8,13],0]");
    let fault = |text: &str| text.parse::<Genotype>().unwrap_err().to_string();
    assert!(fault("[head,act][[15,20],[8,13],0]").contains("`disconnect`) cannot be used"));
    assert!(fault("[head,act][[15,3],[8,13],3]").contains("`matmul`) cannot be used"));
    assert_eq!(fault("[head,act][[15,3],[8,13],9]"), "binary primitive `9` is not from 0 to 2");
    assert!(fault("[jacobs,act][[15,3],[8,13],0]").starts_with("`jacobs` is no input"));
    assert!(fault("head").contains("one looks like"));
    let long = read("mean(pow(pow(pow(act)))) + mean(act)");
    assert!(Genotype::try_from(&long).unwrap_err().to_string().contains("has no genotype"));
}

#[test]
fn shipped_files_are_right() {
    let shipped = submission::parse("shipped.toml".as_ref(), SHIPPED).unwrap();
    assert_eq!(shipped.len(), 9);
    // Every comment with a genotype stands above the expression that it is.
    let lines: Vec<&str> = SHIPPED.lines().collect();
    let pairs = lines.windows(2).filter(|pair| pair[0].starts_with("# [") && !pair[0].contains("added up"));
    let mut checked = 0;
    for pair in pairs {
        let genotype: Genotype = pair[0].trim_start_matches("# ").parse().unwrap();
        assert_eq!(pair[1], format!("expression = \"{}\"", genotype.expression()));
        checked += 1;
    }
    assert_eq!(checked, 8);
}

#[test]
fn faults_of_files_name_line_and_character() {
    let entry = |name: &str, expression: &str| {
        format!(
            "[[proxy]]\nname = \"{name}\"\ntitle = \"T\"\ndirection = \"higher_is_better\"\nexpression = \"{expression}\"\n"
        )
    };
    let fault = |text: &str| submission::parse("my.toml".as_ref(), text).unwrap_err().to_string();
    assert_eq!(
        fault(&entry("mine", "mean(act) + mean(heads)")),
        "my.toml, line 5: the expression of `mine`, character 18: there is no input and no function `heads`; the closest \
         names are head, abs, mean\n  mean(act) + mean(heads)\n                   ^"
    );
    assert!(fault(&entry("Mine", "mean(act)")).starts_with("my.toml, line 2: `Mine` is no name"));
    let twice = format!("{0}{0}", entry("mine", "mean(act)"));
    assert!(fault(&twice).starts_with("my.toml, line 7: a proxy named `mine` exists already"));
    assert!(fault("").contains("there is no [[proxy]]"));
    assert!(fault("[[proxy]]\nname = 3").contains("line 2"));
    let paper = format!("{}paper = \"nobody1900\"\n", entry("mine", "mean(act)"));
    assert!(fault(&paper).contains("line 6: `nobody1900` is no key"));
    assert!(fault(&format!("{}colour = 1\n", entry("mine", "mean(act)"))).contains("unknown field `colour`"));
}

#[test]
fn a_formula_is_a_parameter_of_its_proxy() {
    let proxy = crate::find("lpzero.flexibert").unwrap();
    let params = proxy.default_params();
    assert_eq!(params.to_string(), format!("expression={}", proxy.formula));
    assert_eq!("lpzero.flexibert".parse::<crate::ProxyCall>().unwrap().params, params);
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(same || (found - expected).abs() <= 1e-8 * (1.0 + expected.abs()), "{found} for {expected}");
    }
}

/// Each primitive of the 2 x 2 tensor (-2, 0; 1, 3), written out.
#[test]
fn primitives_by_hand() {
    let tensor = Tensor::new(vec![2, 2], vec![-2.0, 0.0, 1.0, 3.0]);
    let (e, std) = (std::f64::consts::E, (13.0_f64 / 3.0).sqrt());
    let left = [1.0 / (1.0 + e.powi(3)), 1.0 / (1.0 + e.powi(-3))];
    let expected: [(Unary, Vec<f64>); 20] = [
        (Unary::Log, vec![0.0, 0.0, 0.0, 3_f64.ln()]),
        (Unary::AbsLog, vec![2_f64.ln(), 0.0, 0.0, 3_f64.ln()]),
        (Unary::Abs, vec![2.0, 0.0, 1.0, 3.0]),
        (Unary::Pow, vec![4.0, 0.0, 1.0, 9.0]),
        (Unary::Exp, vec![e.powi(-2), 1.0, e, e.powi(3)]),
        (Unary::Normalize, vec![-2.5 / std, -0.5 / std, 0.5 / std, 2.5 / std]),
        (Unary::Relu, vec![0.0, 0.0, 1.0, 3.0]),
        (Unary::Invert, vec![-0.5, 1e9, 1.0, 1.0 / 3.0]),
        (Unary::Frobenius, vec![14_f64.sqrt()]),
        (Unary::NormalizedSum, vec![0.5]),
        (Unary::L1, vec![1.5]),
        (Unary::Softmax, vec![left[0], left[0], left[1], left[1]]),
        (Unary::Sigmoid, vec![1.0 / (1.0 + e * e), 0.5, e / (1.0 + e), 1.0 / (1.0 + e.powi(-3))]),
        (Unary::LogSoftmax, vec![left[0].ln(), left[0].ln(), left[1].ln(), left[1].ln()]),
        (Unary::Sqrt, vec![0.0, 0.0, 1.0, 3_f64.sqrt()]),
        (Unary::Revert, vec![2.0, 0.0, -1.0, -3.0]),
        (Unary::MinMax, vec![0.0, 0.4, 0.6, 1.0]),
        (Unary::ToMean, vec![0.5]),
        (Unary::ToStd, vec![std]),
        (Unary::NoOp, vec![-2.0, 0.0, 1.0, 3.0]),
    ];
    for (unary, values) in expected {
        let found = tensor.apply(unary);
        near(found.values(), &values);
        assert_eq!(found.shape().is_empty(), unary.reduces(), "{unary}");
    }
    let scalar = tensor.apply(Unary::ToMean);
    near(scalar.apply(Unary::Softmax).values(), &[1.0]);
    near(scalar.apply(Unary::LogSoftmax).values(), &[0.0]);
    near(scalar.apply(Unary::ToStd).values(), &[f64::NAN]);
    near(scalar.apply(Unary::Normalize).values(), &[0.0]);
    near(scalar.apply(Unary::MinMax).values(), &[0.0]);
    // The argument is as it was.
    near(tensor.values(), &[-2.0, 0.0, 1.0, 3.0]);
}

fn two_layers() -> LayerTensors {
    let mut source = LayerTensors::default();
    let tensor = |values: &[f64]| Tensor::new(vec![values.len()], values.to_vec());
    source.insert(Input::Act, vec![tensor(&[1.0, 3.0]), tensor(&[5.0, 7.0]), tensor(&[100.0])]);
    source.insert(Input::Head, vec![tensor(&[2.0, 4.0]), tensor(&[1.0, 1.0])]);
    source
}

#[test]
fn trees_by_hand() {
    let score = |text: &str| read(text).evaluate(&two_layers()).unwrap();
    // Means 2, 6, 100 and 3, 1; the third activation has no partner.
    near(&[score("mean(act) + mean(head)")], &[6.0]);
    near(&[score("mean(act) * mean(head)")], &[6.0]);
    near(&[score("mean(act) - mean(head)")], &[2.0]);
    near(&[score("mean(act)")], &[36.0]);
    near(&[score("total(mean(act))")], &[108.0]);
    // Tensors: (1, 3)·(2, 4) and (5, 7)·(1, 1).
    near(&[score("mean(act * head)")], &[6.5]);
    near(&[score("mean(act * to_mean(head))")], &[6.0]);
}

#[test]
fn what_cannot_be_computed_says_why() {
    let fails = |text: &str| read(text).evaluate(&two_layers()).unwrap_err().to_string();
    assert_eq!(fails("mean(grad)"), "the network has no tensors of the input `grad`");
    let mut source = two_layers();
    source.insert(Input::Head, vec![Tensor::new(vec![3], vec![0.0; 3])]);
    let error = read("mean(act + head)").evaluate(&source).unwrap_err();
    assert_eq!(error.to_string(), "`+` needs tensors of one shape, and layer 1 has [2] and [3]");
}

/// A sample stands for its whole: sums are scaled up, and extremes are those of the whole.
#[test]
fn samples_stand_for_the_whole() {
    let sample = Tensor::sample(1, vec![1.0, 3.0], 8, [-1.0, 4.0]);
    near(sample.apply(Unary::Frobenius).values(), &[40_f64.sqrt()]);
    near(sample.apply(Unary::MinMax).values(), &[0.4, 0.8]);
    near(sample.apply(Unary::Pow).apply(Unary::MinMax).values(), &[0.0, 8.0 / 15.0]);
}
