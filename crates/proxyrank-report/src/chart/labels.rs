//! Where labels go so that none covers another.

use super::canvas::Frame;
use super::surface::Point;

/// Places a label of the given width and height beside each point, as near as possible.
///
/// Labels are placed in order, on eight sides and at two distances, where they stay `inside`, cover no earlier label and
/// hide as few points as can be; one that finds no place is left out (`None`). The result holds the labels' frames.
pub(super) fn beside_points(
    labels: &[(Point, f64)],
    height: f64,
    points: &[Point],
    inside: Frame,
) -> Vec<Option<Frame>> {
    let mut taken: Vec<Frame> = Vec::new();
    labels
        .iter()
        .map(|&(point, width)| {
            let frames = candidates(point, width, height);
            let free = frames.filter(|f| inside.contains(*f) && !taken.iter().any(|t| t.overlaps(*f)));
            let best = free.min_by_key(|frame| points.iter().filter(|p| near(**p, *frame)).count());
            taken.extend(best);
            best
        })
        .collect()
}

/// The frames to try for a label, in order of preference.
fn candidates((x, y): Point, width: f64, height: f64) -> impl Iterator<Item = Frame> {
    const SIDES: [(f64, f64); 8] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -1.0),
        (-1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
    ];
    const DISTANCES: [f64; 2] = [11.0, 24.0];
    DISTANCES.into_iter().flat_map(move |distance| {
        SIDES.into_iter().map(move |(side, rise)| {
            let centre_x = x + side * (distance + width / 2.0);
            // Beside a corner of the ring a label may come closer than above or below its middle.
            let closer = if side == 0.0 { 0.0 } else { 6.0 };
            let centre_y = y + rise * (distance + height / 2.0 - closer);
            Frame {
                left: centre_x - width / 2.0,
                right: centre_x + width / 2.0,
                top: centre_y - height / 2.0,
                bottom: centre_y + height / 2.0,
            }
        })
    })
}

/// Whether a point's marker would touch the frame.
fn near((x, y): Point, frame: Frame) -> bool {
    const REACH: f64 = 9.0;
    x > frame.left - REACH && x < frame.right + REACH && y > frame.top - REACH && y < frame.bottom + REACH
}

/// Stacks labels that end at the head of vertical lines into lanes, counted upwards from 0.
///
/// `lines` holds each line's x and the width of its label, which ends there. No label overlaps another or is crossed by
/// another line on its way up: a label lies above every lane whose line it spans.
pub(super) fn lanes(lines: &[(f64, f64)]) -> Vec<usize> {
    const GAP: f64 = 14.0;
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|a, b| lines[*a].0.total_cmp(&lines[*b].0).then(a.cmp(b)));
    let mut lanes = vec![0; lines.len()];
    for (rank, &index) in order.iter().enumerate() {
        let (x, width) = lines[index];
        let spanned = order[..rank].iter().filter(|earlier| lines[**earlier].0 > x - width - GAP);
        lanes[index] = spanned.map(|earlier| lanes[*earlier] + 1).max().unwrap_or(0);
    }
    lanes
}

/// Keeps labels in a column apart: the ascending places with the least squared distance from the wanted ones.
///
/// `wanted` ascends; neighbours end up at least `pitch` apart, and labels of that height stay inside `span` if all go
/// into it. Without the distance between neighbours this is isotonic regression, solved by pooling adjacent violators.
pub(super) fn apart(wanted: &[f64], pitch: f64, span: (f64, f64)) -> Vec<f64> {
    // Each block is the sum and the count of wanted places that share one value.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (rank, place) in wanted.iter().enumerate() {
        let mut block = (place - pitch * rank as f64, 1);
        while let Some(&(sum, count)) = blocks.last()
            && sum / count as f64 >= block.0 / block.1 as f64
        {
            blocks.pop();
            block = (sum + block.0, count + block.1);
        }
        blocks.push(block);
    }
    let first = span.0 + pitch / 2.0;
    let last = (span.1 + pitch / 2.0 - pitch * wanted.len() as f64).max(first);
    let shared = blocks
        .into_iter()
        .flat_map(|(sum, count)| std::iter::repeat_n((sum / count as f64).clamp(first, last), count));
    shared.enumerate().map(|(rank, place)| place + pitch * rank as f64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_move_no_further_than_they_must() {
        assert_eq!(apart(&[20.0, 60.0], 10.0, (0.0, 100.0)), [20.0, 60.0]);
        assert_eq!(apart(&[50.0, 50.0, 50.0], 10.0, (0.0, 100.0)), [40.0, 50.0, 60.0]);
        assert_eq!(apart(&[1.0, 2.0, 99.0], 10.0, (0.0, 100.0)), [5.0, 15.0, 95.0]);
        assert_eq!(apart(&[], 10.0, (0.0, 100.0)), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn labels_in_a_column_stay_apart_inside_and_in_order(
            mut wanted in prop::collection::vec(-50.0..450.0_f64, 1..40),
        ) {
            wanted.sort_by(f64::total_cmp);
            let places = apart(&wanted, 10.0, (0.0, 400.0));
            prop_assert_eq!(places.len(), wanted.len());
            prop_assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 10.0 - 1e-6));
            prop_assert!(places.iter().all(|place| *place > 5.0 - 1e-6 && *place < 395.0 + 1e-6));
        }
    }

    #[test]
    fn point_labels_never_overlap_and_stay_inside() {
        let points: Vec<Point> =
            (0..40).map(|i| (f64::from(i % 7) * 9.0 + 30.0, f64::from(i / 7) * 7.0 + 30.0)).collect();
        let labels: Vec<(Point, f64)> = points.iter().map(|p| (*p, 30.0)).collect();
        let inside = Frame { left: 0.0, top: 0.0, right: 160.0, bottom: 120.0 };
        let placed: Vec<Frame> =
            beside_points(&labels, 14.0, &points, inside).into_iter().flatten().collect();
        assert!(placed.len() > 5);
        for (i, a) in placed.iter().enumerate() {
            assert!(inside.contains(*a));
            assert!(placed[i + 1..].iter().all(|b| !a.overlaps(*b)));
        }
    }

    #[test]
    fn no_lane_label_crosses_another_line() {
        let lines =
            [(700.0, 120.0), (720.0, 200.0), (480.0, 90.0), (725.0, 60.0), (900.0, 50.0), (720.0, 10.0)];
        let lanes = lanes(&lines);
        for (i, &(x, width)) in lines.iter().enumerate() {
            for (j, &(other, _)) in lines.iter().enumerate() {
                if i != j && other > x - width && other <= x {
                    assert_ne!(lanes[i], lanes[j], "{i} {j}: same lane");
                    assert!(other >= x || lanes[i] > lanes[j], "{i} is crossed by the line of {j}");
                }
            }
        }
        assert_eq!(lanes[2], 0);
    }
}
