//! The help texts, kept as snapshots: a change of the command line shows up as a change of a file.

use crate::place::Place;

#[test]
fn help_texts() {
    let place = Place::new();
    let top = help(&place, "");
    insta::assert_snapshot!("help", top);
    let verbs = verbs(&top);
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs {
        let text = help(&place, &verb);
        for below in self::verbs(&text) {
            let whole = format!("{verb} {below}");
            insta::assert_snapshot!(format!("help_{verb}_{below}"), help(&place, &whole));
        }
        insta::assert_snapshot!(format!("help_{verb}"), text);
    }
}

#[test]
fn the_version_is_the_packages() {
    Place::new().run("--version").exits(0).prints(concat!("proxyrank ", env!("CARGO_PKG_VERSION")));
}

fn help(place: &Place, verb: &str) -> String {
    let mut command = place.command(&format!("{verb} --help"));
    let help = crate::run::Run::of(command.env("COLUMNS", "100")).exits(0).stdout;
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{verb}:\n{help}");
    help
}

/// The verbs that the help names, so that a new one cannot be forgotten here.
fn verbs(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A description that goes on in a second line is indented further.
    let named = lines.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = named.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}
