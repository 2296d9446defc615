//! Columns of proxies that are made of other proxies' ranks.
//!
//! Such a score exists only among other architectures: it is computed where a benchmark's scores lie side by side, for
//! every protocol under which all of its components were computed, and stored nowhere.

use proxyrank_proxies::{Proxy, ProxyCall, REGISTRY, Run, find as find_proxy};
use proxyrank_schema::{Params, Protocol};

use super::columns::{Made, Origin, ScoreColumn, Slot};
use super::combine::{Combine, Term, audit, wall_ns};

/// Puts behind the columns those that can be made of their ranks.
pub fn add_populations(columns: &mut Vec<ScoreColumn>) {
    let mut made = Vec::new();
    for proxy in REGISTRY {
        let Run::Population(components) = proxy.run else { continue };
        let Some(first) = components.first() else { continue };
        for column in columns.iter().filter(|column| column.proxy.as_str() == *first) {
            let parts: Option<Vec<&ScoreColumn>> =
                components.iter().map(|component| part(columns, component, &column.protocol)).collect();
            made.extend(parts.and_then(|parts| of_ranks(proxy, &column.protocol, &parts)));
        }
    }
    columns.extend(made);
}

/// Whether a column's scores are made of ranks.
pub(super) fn is_population(column: &ScoreColumn) -> bool {
    column.origin == Origin::Submission(Made::OfRanks)
        || find_proxy(column.proxy.as_str()).is_ok_and(|proxy| matches!(proxy.run, Run::Population(_)))
}

/// A component's current scores at its defaults under the part of a protocol that it depends on.
fn part<'a>(columns: &'a [ScoreColumn], component: &str, protocol: &Protocol) -> Option<&'a ScoreColumn> {
    current(columns, &ProxyCall::new(find_proxy(component).ok()?), protocol)
}

/// A proxy's scores by its current version under the part of a protocol that it depends on.
pub(crate) fn current<'a>(
    columns: &'a [ScoreColumn],
    call: &ProxyCall,
    protocol: &Protocol,
) -> Option<&'a ScoreColumn> {
    let wanted = call.proxy.protocol(protocol);
    columns.iter().find(|column| {
        column.proxy.as_str() == call.proxy.name
            && column.version == call.proxy.version
            && column.params == call.params
            && column.protocol == wanted
    })
}

/// The sum of ln(rank / population) over the parts, for architectures that all of them have; none where there is no such
/// architecture.
fn of_ranks(proxy: &Proxy, protocol: &Protocol, parts: &[&ScoreColumn]) -> Option<ScoreColumn> {
    let terms: Vec<Term<'_>> = parts.iter().map(|&column| Term { column, weight: 1.0 }).collect();
    let slots = Combine::RankProduct.slots(&terms).ok()?;
    if slots.iter().all(|slot| *slot == Slot::Absent) {
        return None;
    }
    let here = parts.iter().all(|part| part.origin == Origin::Results);
    Some(ScoreColumn {
        proxy: proxy.id(),
        version: proxy.version,
        params: Params::none(),
        protocol: proxy.protocol(protocol),
        label: proxy.name.to_owned(),
        direction: proxy.direction,
        class: proxy.class,
        slots,
        wall_ns: wall_ns(&terms),
        timed_twice: None,
        audit: audit(&terms),
        origin: if here { Origin::Results } else { Origin::Reference },
    })
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::{CostClass, Direction, Reading};

    use super::*;
    use crate::audit::Verdict;
    use crate::benchmark::find;
    use crate::standard;

    fn column(name: &str, protocol: &Protocol, slots: Vec<Slot>) -> ScoreColumn {
        let proxy = find_proxy(name).unwrap();
        ScoreColumn {
            proxy: proxy.id(),
            version: proxy.version,
            params: proxy.default_params(),
            protocol: proxy.protocol(protocol),
            label: name.to_owned(),
            direction: Direction::HigherIsBetter,
            class: CostClass::Forward,
            slots,
            wall_ns: Some(5),
            timed_twice: None,
            audit: Some(if name == "flops" { Verdict::Exact } else { Verdict::SeedSensitive }),
            origin: Origin::Results,
        }
    }

    fn scores(values: &[f64]) -> Vec<Slot> {
        values.iter().map(|&value| Slot::Score(value)).collect()
    }

    #[test]
    fn ranks_are_added_among_architectures_that_have_all_components() {
        let info = find(&"flexibert".into()).unwrap();
        let protocol = standard::protocol(info, Reading::AsTrained, standard::SIGNAL);
        let other = Protocol { batch_size: 4, ..protocol.clone() };
        let mut trainability = scores(&[-3.0, -1.0, 0.0, -2.0]);
        trainability[2] = Slot::Absent;
        trainability[3] = Slot::Failed;
        let columns = vec![
            column("az_nas_expressivity", &protocol, scores(&[1.0, 2.0, 9.0, 2.0])),
            column("az_nas_trainability", &protocol, trainability),
            column("flops", &protocol, scores(&[30.0, 10.0, 5.0, 20.0])),
            // No trainability under this protocol.
            column("az_nas_expressivity", &other, scores(&[1.0, 2.0, 9.0, 2.0])),
        ];
        let mut all = columns.clone();
        add_populations(&mut all);
        assert_eq!(all.len(), columns.len() + 1);
        let made = &all[columns.len()];
        assert!(made.proxy.as_str() == "az_nas" && is_population(made) && !is_population(&all[0]));
        assert_eq!((made.protocol.batch_size, made.protocol.reading), (16, Reading::AsTrained));
        assert_eq!((made.wall_ns, made.audit), (Some(15), Some(Verdict::SeedSensitive)));
        // Ranks among three: 1, 2.5, 2.5; 2, 3, 1; 3, 1, 2.
        let wanted = [Some(6.0 / 27.0_f64), Some(7.5 / 27.0), None, Some(5.0 / 27.0)];
        for (slot, wanted) in made.slots.iter().zip(wanted) {
            match (slot.score(), wanted) {
                (Some(score), Some(product)) => assert!((score - product.ln()).abs() < 1e-14),
                (None, None) => assert_eq!(*slot, Slot::Absent),
                other => panic!("{other:?}"),
            }
        }
        let mut lacking = columns[1..].to_vec();
        add_populations(&mut lacking);
        assert_eq!(lacking.len(), columns.len() - 1);
    }
}
