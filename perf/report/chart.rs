use plotters::coord::ranged1d::Ranged;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use crate::perf::complaint::Complaint;

/// Points of the drawing for each of the page, so that whole numbers of points are fine enough.
const FINE: u32 = 4;
/// Of a drawing, in points of the page.
const WIDTH: u32 = 880;
const HEIGHT: u32 = 330;
const LETTERS: u32 = 15;
/// Of a letter of a label, at the most, in most texts.
const LETTER_WIDTH: u32 = 7;
/// Names of these colours stand in the style sheet too, which changes them in the dark.
const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const SHADE: RGBColor = RGBColor(0xF0, 0xF0, 0xF0);

/// One line of a chart.
#[derive(Clone, Debug)]
pub struct Line {
    pub color: RGBColor,
    pub look: Look,
    /// What has no value breaks the line.
    pub points: Vec<(f64, Option<f64>)>,
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    Plain,
    /// For what stands behind the rest.
    Faint,
    Dashed,
    /// With a dot on each point.
    Dotted,
}

/// Lines between two axes.
#[derive(Clone, Debug)]
pub struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub lines: Vec<Line>,
    /// Up to this value of x the ground is grey: the warm-up.
    pub shaded_to: Option<f64>,
    /// Words at a value of x, where an upright line stands.
    pub mark: Option<(f64, String)>,
}

/// A drawing of horizontal bars, each with a range.
#[derive(Clone, Debug)]
pub struct Bars {
    pub x: Axis,
    /// Where bars begin, and where an upright line stands.
    pub from: f64,
    pub bars: Vec<Bar>,
}

/// One bar: from [`Bars::from`] to `value`, and what it varied between.
#[derive(Clone, Debug)]
pub struct Bar {
    pub label: String,
    pub color: RGBColor,
    pub value: f64,
    pub range: Option<(f64, f64)>,
    /// Words at its end.
    pub note: String,
}

type Plane<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

impl Chart {
    /// The chart as an `svg` element.
    pub fn draw(&self) -> Result<String, Complaint> {
        draw(HEIGHT, 76, (&self.x, &self.y), |plane| {
            self.shade(plane)?;
            mesh(plane, (&self.x, &self.y), true)?;
            self.lines
                .iter()
                .try_for_each(|line| self.line(plane, line))?;
            self.mark(plane)
        })
    }

    fn shade(&self, plane: &mut Plane) -> Drawn {
        let Some(end) = self.shaded_to.filter(|end| *end > self.x.low) else {
            return Ok(());
        };
        let corners = [(self.x.low, self.y.low), (end, self.y.high)];
        plane.draw_series([Rectangle::new(corners, SHADE.filled())])?;
        Ok(())
    }

    fn line(&self, plane: &mut Plane, line: &Line) -> Drawn {
        let (alpha, width) = match line.look {
            Look::Faint => (0.55, 5),
            _ => (1.0, 7),
        };
        let style = line.color.mix(alpha).stroke_width(width);
        for part in line.points.split(|(_, y)| y.is_none()) {
            let points = part.iter().filter_map(|(x, y)| Some((*x, (*y)?)));
            let points: Vec<(f64, f64)> = points.collect();
            if points.len() == 1 || line.look == Look::Dotted {
                let dot = |point: &(f64, f64)| Circle::new(*point, 3 * FINE, style.filled());
                plane.draw_series(points.iter().map(dot))?;
            }
            match line.look {
                Look::Dashed => {
                    let dashes = DashedLineSeries::new(points, 6 * FINE, 4 * FINE, style);
                    plane.draw_series(dashes)?
                }
                _ => plane.draw_series(LineSeries::new(points, style))?,
            };
        }
        Ok(())
    }

    fn mark(&self, plane: &mut Plane) -> Drawn {
        let Some((x, words)) = &self.mark else {
            return Ok(());
        };
        upright(plane, *x, &self.y)?;
        let is_left = self.x.map(x, (0, 100)) > 50;
        let side = if is_left { HPos::Right } else { HPos::Left };
        let by = if is_left { -8 } else { 8 } * FINE as i32;
        let style = letters().pos(Pos::new(side, VPos::Bottom));
        let words = Text::new(words.clone(), (by, -3 * FINE as i32), style);
        plane.draw_series([EmptyElement::at((*x, self.y.high)) + words])?;
        Ok(())
    }
}

impl Bars {
    /// The bars as an `svg` element, the first at the top.
    pub fn draw(&self) -> Result<String, Complaint> {
        let count = self.bars.len().max(1);
        let rows = u32::try_from(count).unwrap_or(u32::MAX).min(1000);
        let mut y = Axis::time("", count as f64);
        y.ticks = (self.bars.iter().rev().enumerate())
            .map(|(row, bar)| (row as f64 + 0.5, bar.label.clone()))
            .collect();
        let longest = self.bars.iter().map(|bar| bar.label.chars().count()).max();
        let left = LETTER_WIDTH
            * u32::try_from(longest.unwrap_or(0))
                .unwrap_or(u32::MAX)
                .min(50);
        draw(rows * 30 + 70, left + 20, (&self.x, &y), |plane| {
            mesh(plane, (&self.x, &y), false)?;
            for ((place, _), bar) in y.ticks.iter().zip(self.bars.iter().rev()) {
                self.bar(plane, *place, bar)?;
            }
            upright(plane, self.from, &y)
        })
    }

    fn bar(&self, plane: &mut Plane, row: f64, bar: &Bar) -> Drawn {
        let (from, to) = (self.from, bar.value);
        let corners = [(from, row - 0.3), (to, row + 0.3)];
        plane.draw_series([Rectangle::new(corners, bar.color.mix(0.75).filled())])?;
        let mut end = to.max(from);
        if let Some((min, max)) = bar.range {
            let ink = INK.stroke_width(FINE + 2);
            let stroke = |from: (f64, f64), to| PathElement::new([from, to], ink);
            let whisker = [
                stroke((min, row), (max, row)),
                stroke((min, row - 0.15), (min, row + 0.15)),
                stroke((max, row - 0.15), (max, row + 0.15)),
            ];
            plane.draw_series(whisker)?;
            end = end.max(max);
        }
        let style = letters().pos(Pos::new(HPos::Left, VPos::Center));
        let words = Text::new(bar.note.clone(), (8 * FINE as i32, 0), style);
        plane.draw_series([EmptyElement::at((end, row)) + words])?;
        Ok(())
    }
}

fn letters() -> TextStyle<'static> {
    ("sans-serif", LETTERS * FINE).into_font().color(&INK)
}

/// A thin line from the bottom to the top.
fn upright(plane: &mut Plane, at: f64, y: &Axis) -> Drawn {
    let style = AXIS.stroke_width(FINE);
    plane.draw_series([PathElement::new([(at, y.low), (at, y.high)], style)])?;
    Ok(())
}

/// Axes, labels and grid; lines from the ticks of y only where there is something to read off.
fn mesh(plane: &mut Plane, (x, y): (&Axis, &Axis), is_read_off: bool) -> Drawn {
    let mut mesh = plane.configure_mesh();
    mesh.light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(FINE))
        .axis_style(AXIS.stroke_width(FINE))
        .label_style(letters())
        .set_all_tick_mark_size(5 * FINE)
        .x_desc(&x.title)
        .y_desc(&y.title);
    if !is_read_off {
        mesh.disable_y_mesh();
    }
    mesh.draw()
}

/// Sets up the plane between two axes, `left` points of the page from the left, and has it drawn
/// on.
fn draw(
    height: u32,
    left: u32,
    (x, y): (&Axis, &Axis),
    paint: impl FnOnce(&mut Plane) -> Drawn,
) -> Result<String, Complaint> {
    let mut svg = String::new();
    let drawn = || -> Drawn {
        let size = (WIDTH * FINE, height * FINE);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let mut plane = ChartBuilder::on(&area)
            .margin(8 * FINE)
            .margin_right(24 * FINE)
            .margin_top(20 * FINE)
            .set_label_area_size(LabelAreaPosition::Bottom, 44 * FINE)
            .set_label_area_size(LabelAreaPosition::Left, left * FINE)
            .build_cartesian_2d(x.clone(), y.clone())?;
        paint(&mut plane)?;
        area.present()
    };
    drawn().map_err(|error| Complaint(format!("cannot draw a chart of the report: {error}")))?;
    Ok(svg)
}
