//! Names beside marks that touch neither each other nor a mark.

/// A rectangle in page pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Box {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Box {
    /// A square around a point.
    pub fn around((x, y): (f64, f64), half: f64) -> Self {
        Self {
            left: x - half,
            top: y - half,
            right: x + half,
            bottom: y + half,
        }
    }

    fn touches(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn within(&self, other: &Self) -> bool {
        self.left >= other.left
            && self.right <= other.right
            && self.top >= other.top
            && self.bottom <= other.bottom
    }

    /// How often a line passes through.
    fn crossed(&self, line: &[(f64, f64)]) -> bool {
        line.windows(2).any(|pair| self.cut(pair[0], pair[1]))
    }

    /// Whether a piece of a line passes through (Liang & Barsky 1984).
    fn cut(&self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> bool {
        let (dx, dy) = (x1 - x0, y1 - y0);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (step, room) in [
            (-dx, x0 - self.left),
            (dx, self.right - x0),
            (-dy, y0 - self.top),
            (dy, self.bottom - y0),
        ] {
            if step == 0.0 {
                if room < 0.0 {
                    return false;
                }
            } else if step < 0.0 {
                enter = enter.max(room / step);
            } else {
                leave = leave.min(room / step);
            }
        }
        enter <= leave
    }
}

/// A name that found room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// Where the text stands.
    pub area: Box,
    /// End of the line that leads to the mark, when the name is not beside it.
    pub leader: Option<(f64, f64)>,
}

/// The names placed so far and what they must keep clear of.
pub(super) struct Labels {
    plot: Box,
    taken: Vec<Box>,
    lines: Vec<Vec<(f64, f64)>>,
}

/// Between mark and name, and around a name.
const AIR: f64 = 8.0;
const MARGIN: f64 = 1.5;
/// A name across a line reads worse than one this many steps away.
const CROSSING: f64 = 2.5;

impl Labels {
    pub fn new(plot: Box, marks: Vec<Box>, lines: Vec<Vec<(f64, f64)>>) -> Self {
        Self {
            plot,
            taken: marks,
            lines,
        }
    }

    /// The best free place for a name of this width and height; `None` when everything near is taken.
    pub fn place(&mut self, at: (f64, f64), size: (f64, f64)) -> Option<Placed> {
        let mut best: Option<(f64, Placed)> = None;
        for (cost, placed) in candidates(at, size) {
            let area = Box {
                left: placed.area.left - MARGIN,
                top: placed.area.top - MARGIN,
                right: placed.area.right + MARGIN,
                bottom: placed.area.bottom + MARGIN,
            };
            let taken = self.taken.iter().any(|other| area.touches(other));
            if taken || !area.within(&self.plot) {
                continue;
            }
            let crossings = self.lines.iter().filter(|line| area.crossed(line)).count();
            let cost = cost + CROSSING * crossings as f64;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, placed));
            }
        }
        let (_, placed) = best?;
        self.taken.push(placed.area);
        Some(placed)
    }
}

/// Places around a mark with their cost: beside it first, then further away in rings.
fn candidates(at: (f64, f64), (width, height): (f64, f64)) -> Vec<(f64, Placed)> {
    const DIRECTIONS: [(f64, f64); 8] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -1.0),
        (1.0, 1.0),
        (-1.0, -1.0),
        (-1.0, 1.0),
    ];
    let mut places = Vec::new();
    for ring in 0..5 {
        let away = AIR + f64::from(ring) * 11.0;
        for (order, (dx, dy)) in DIRECTIONS.iter().enumerate() {
            let (x, y) = (at.0 + dx * away, at.1 + dy * away);
            let left = x + (dx - 1.0) / 2.0 * width;
            let top = if *dx == 0.0 {
                y + (dy - 1.0) / 2.0 * height
            } else {
                y - height / 2.0
            };
            let area = Box {
                left,
                top,
                right: left + width,
                bottom: top + height,
            };
            let leader = (ring > 0).then(|| {
                let near = |low: f64, high: f64, to: f64| to.clamp(low, high);
                (
                    near(area.left, area.right, at.0),
                    near(area.top, area.bottom, at.1),
                )
            });
            let cost = f64::from(ring) * 2.0 + order as f64 * 0.2;
            places.push((cost, Placed { area, leader }));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_touch_neither_marks_nor_each_other(
            points in prop::collection::vec((20.0..340.0_f64, 20.0..280.0_f64, 20.0..90.0_f64), 1..40)
        ) {
            let plot = Box { left: 0.0, top: 0.0, right: 360.0, bottom: 300.0 };
            let marks: Vec<Box> = points.iter().map(|&(x, y, _)| Box::around((x, y), 5.5)).collect();
            let mut labels = Labels::new(plot, marks.clone(), Vec::new());
            let mut placed: Vec<Box> = Vec::new();
            for &(x, y, width) in &points {
                if let Some(label) = labels.place((x, y), (width, 12.0)) {
                    prop_assert!(label.area.within(&plot));
                    prop_assert!(marks.iter().chain(&placed).all(|other| !label.area.touches(other)));
                    placed.push(label.area);
                }
            }
            prop_assert!(!placed.is_empty() || points.len() > 1);
        }
    }

    #[test]
    fn a_lone_name_stands_to_the_right() {
        let plot = Box {
            left: 0.0,
            top: 0.0,
            right: 360.0,
            bottom: 300.0,
        };
        let mut labels = Labels::new(plot, vec![Box::around((100.0, 100.0), 5.5)], Vec::new());
        let placed = labels.place((100.0, 100.0), (40.0, 12.0));
        assert_eq!(
            placed.map(|label| (label.area.left, label.leader)),
            Some((108.0, None))
        );
    }

    #[test]
    fn a_line_is_avoided() {
        let plot = Box {
            left: 0.0,
            top: 0.0,
            right: 360.0,
            bottom: 300.0,
        };
        let line = vec![(100.0, 100.0), (360.0, 100.0)];
        let mut labels = Labels::new(plot, vec![Box::around((100.0, 100.0), 5.5)], vec![line]);
        let placed = labels.place((100.0, 100.0), (40.0, 12.0));
        assert!(placed.is_some_and(|label| label.area.right <= 100.0));
    }
}
