use super::*;

fn point(name: &str, wall_ns: f64, tau: f64) -> CostPoint {
    let tau = Estimate { point: tau, low: tau - 0.03, high: tau + 0.03, n: 500 };
    CostPoint { name: name.into(), wall_ns, tau, class: CostClass::Forward, emphasis: Emphasis::Plain }
}

fn chart(points: Vec<CostPoint>) -> CostScatter {
    CostScatter {
        title: "t".into(),
        subtitle: "s".into(),
        axis_label: "tau".into(),
        points,
        ceiling: Some(Estimate { point: 0.8, low: 0.78, high: 0.82, n: 500 }),
    }
}

/// Many proxies at two costs, their correlations in no order.
fn crowd(count: usize) -> CostScatter {
    let member = |index: usize| {
        let aside = index as f64 / count as f64;
        let wall_ns = if index.is_multiple_of(3) { 2e3 * (1.0 + aside) } else { 9e7 * (1.0 + aside) };
        let mut point = point(&format!("proxy_{index}"), wall_ns, 0.7 - (index * 37 % 101) as f64 / 100.0);
        if index.is_multiple_of(20) {
            point.emphasis = Emphasis::Baseline;
        }
        point
    };
    chart((0..count).map(member).collect())
}

/// The names that are written in a group.
fn names(layout: &Layout, group: &Group) -> Vec<String> {
    layout.notes(group).into_iter().map(|note| note.text).collect()
}

#[test]
fn sixty_points_are_all_labelled_clear_of_every_marker() {
    let chart = crowd(60);
    let layout = chart.layout(chart.drawable());
    assert_eq!(layout.groups.len(), 2);
    assert_eq!(layout.groups.iter().map(|group| group.labelled.len()).sum::<usize>(), 60);
    for group in &layout.groups {
        let column = layout.column(group);
        let (left, right) = (column.turn + column.gutter, column.turn + column.gutter + column.width);
        for index in 0..60 {
            let x = layout.place(index).0;
            assert!(x + RADIUS < left || x - RADIUS > right, "{x} {left} {right}");
        }
        assert!(right <= f64::from(WIDTH) - EDGE + 1e-9);
    }
}

#[test]
fn what_matters_is_labelled_in_any_crowd() {
    let chart = crowd(300);
    let layout = chart.layout(chart.drawable());
    assert!((layout.frame.bottom - layout.frame.top - HEIGHTS.1).abs() < 1e-9);
    let written: Vec<String> = layout.groups.iter().flat_map(|group| names(&layout, group)).collect();
    assert!(written.len() < 300);
    for (index, point) in layout.points.iter().enumerate() {
        if layout.front.contains(&index) || point.emphasis == Emphasis::Baseline {
            assert!(written.contains(&point.name), "{}", point.name);
        }
    }
}

#[test]
fn the_front_is_that_of_drawn_points() {
    let chart = chart(vec![
        point("slow", 1e9, 0.5),
        point("best", 1e6, 0.6),
        point("cheap", 1e3, 0.1),
        point("free", 0.0, 0.7),
        point("undefined", 1e2, f64::NAN),
        point("unknown", f64::NAN, 0.7),
    ]);
    let layout = chart.layout(chart.drawable());
    let on_front: Vec<&str> = layout.front.iter().map(|index| layout.points[*index].name.as_str()).collect();
    assert_eq!(on_front, ["cheap", "best"]);
    assert_eq!(layout.points.len(), 3);
}

#[test]
fn the_ceiling_is_labelled_once_and_intervals_stay_on_the_page() {
    let chart = crowd(30);
    let layout = chart.layout(chart.drawable());
    let written: Vec<String> = layout.groups.iter().flat_map(|group| names(&layout, group)).collect();
    assert_eq!(written.iter().filter(|name| name.starts_with("noise ceiling 0.800")).count(), 1);
    for point in &layout.points {
        for value in [point.tau.low, point.tau.high] {
            let y = layout.y.place(value);
            assert!(y >= layout.frame.top && y <= layout.frame.bottom);
        }
    }
}
