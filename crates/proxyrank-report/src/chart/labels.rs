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

#[cfg(test)]
mod tests {
    use super::*;

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
