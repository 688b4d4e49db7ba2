//! Draws the tables of `BENCHMARKS.md` as bars. `.ci/bench` runs it.
//!
//! A drawing has one file for light and dark pages: its style asks which of them the reader has. No crate for charts writes
//! such a file, and bars take no more than rectangles and text.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Of the whole drawing, in pixels.
const WIDTH: f64 = 760.0;
/// Of the longest bar.
const HEIGHT: f64 = 180.0;
/// Above the bars: the title and the names of the series.
const TOP: f64 = 72.0;
/// Below the bars: the names of the groups.
const BOTTOM: f64 = 28.0;
/// Left and right of the bars.
const MARGIN: f64 = 16.0;

/// About as wide as a letter is.
const LETTER: f64 = 6.2;

/// As many as there are ways to make a call.
const COLOURS: [&str; 5] = ["#8a8f98", "#c58f3d", "#4c9a6a", "#3f7fc4", "#7b68c8"];

struct Chart {
    title: String,
    series: Vec<String>,
    groups: Vec<(String, Vec<f64>)>,
}

/// A table of Markdown: its head, and its rows.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The first table below a heading.
    fn below(text: &str, heading: &str) -> Option<Self> {
        let section = text.split_once(&format!("\n{heading}\n"))?.1;
        let mut lines = section.lines().skip_while(|line| !line.starts_with('|'));
        let head = cells(lines.next()?);
        let rows = lines.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect();
        Some(Self { head, rows })
    }
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
}

/// The number that a cell begins with: `0.94 (12,900)` has 0.94.
fn number(cell: &str) -> Option<f64> {
    cell.split(' ').next()?.replace(',', "").parse().ok()
}

/// A group for each column that has numbers, a series for each row of this call.
fn by_column(table: &Table, call: &str, title: &str) -> Option<Chart> {
    let rows: Vec<_> =
        table.rows.iter().filter(|row| row.first().is_some_and(|first| first == call)).collect();
    let series = rows.iter().map(|row| row.get(1).cloned()).collect::<Option<_>>()?;
    let groups = table.head.iter().enumerate().skip(2).map(|(column, name)| {
        let values = rows.iter().map(|row| number(row.get(column)?)).collect::<Option<_>>()?;
        Some((name.clone(), values))
    });
    Some(Chart { title: format!("{title}: {call}"), series, groups: groups.collect::<Option<_>>()? })
}

/// A group for each row, a series for each of these columns.
fn by_row(table: &Table, columns: &[&str], title: &str, unit: &str) -> Option<Chart> {
    let places = columns.iter().map(|column| table.head.iter().position(|name| name == column));
    let places: Vec<usize> = places.collect::<Option<_>>()?;
    let groups = table.rows.iter().map(|row| {
        let values = places.iter().map(|place| number(row.get(*place)?)).collect::<Option<_>>()?;
        Some((format!("{}{unit}", row.first()?), values))
    });
    let series = columns.iter().map(ToString::to_string).collect();
    Some(Chart { title: title.to_owned(), series, groups: groups.collect::<Option<_>>()? })
}

impl Chart {
    fn draw(&self) -> Result<String, std::fmt::Error> {
        let most =
            self.groups.iter().flat_map(|(_, values)| values).copied().fold(f64::MIN_POSITIVE, f64::max);
        let (groups, series) = (count(self.groups.len()), count(self.series.len()));
        let group = (WIDTH - 2.0 * MARGIN) / groups;
        // A gap as wide as a bar stands between two groups.
        let bar = (group / (series + 1.0)).min(72.0);
        let floor = TOP + HEIGHT;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">\n\
             <style>text {{ font: 12px system-ui, sans-serif; fill: #1f2328 }} .title {{ font-weight: 600; font-size: 14px }} \
             .middle {{ text-anchor: middle }} line {{ stroke: #8a8f98 }} \
             @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} }}</style>\n\
             <text class=\"title\" x=\"{MARGIN}\" y=\"22\">{}</text>\n",
            floor + BOTTOM,
            escaped(&self.title),
            escaped(&self.title),
        );
        let mut x = MARGIN;
        for (index, name) in self.series.iter().enumerate() {
            writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"34\" width=\"10\" height=\"10\" fill=\"{}\"/>",
                colour(index)
            )?;
            writeln!(svg, "<text x=\"{:.1}\" y=\"44\">{}</text>", x + 14.0, escaped(name))?;
            x += 38.0 + LETTER * count(name.len());
        }
        for (index, (name, values)) in self.groups.iter().enumerate() {
            let middle = MARGIN + group * (count(index) + 0.5);
            let left = middle - bar * series / 2.0;
            for (index, value) in values.iter().enumerate() {
                let (x, height) = (left + bar * count(index), HEIGHT * value / most);
                let (y, width) = (floor - height, bar - 2.0);
                let fill = colour(index);
                writeln!(
                    svg,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>",
                )?;
                let (x, y) = (x + width / 2.0, y - 4.0);
                writeln!(svg, "<text class=\"middle\" x=\"{x:.1}\" y=\"{y:.1}\">{value}</text>")?;
            }
            let y = floor + 18.0;
            writeln!(svg, "<text class=\"middle\" x=\"{middle:.1}\" y=\"{y}\">{}</text>", escaped(name))?;
        }
        let right = WIDTH - MARGIN;
        writeln!(svg, "<line x1=\"{MARGIN}\" y1=\"{floor}\" x2=\"{right}\" y2=\"{floor}\"/>\n</svg>")?;
        Ok(svg)
    }
}

fn colour(series: usize) -> &'static str {
    COLOURS.get(series % COLOURS.len()).copied().unwrap_or("#000000")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[expect(clippy::cast_precision_loss, reason = "a chart has a handful of groups")]
fn count(number: usize) -> f64 {
    number as f64
}

fn main() -> Result<(), Box<dyn Error>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(package.join("../../BENCHMARKS.md"))?;
    let table =
        |heading: &str| Table::below(&text, heading).ok_or(format!("there is no table below {heading}"));
    let throughput = table("## Throughput")?;
    let users = table("## Many users")?;
    let build = table("## Build cost")?;
    let throughput = |call| {
        by_column(&throughput, call, "Calls a second by calls at a time, by hand = 1 (more is better)")
    };
    let charts = [
        ("throughput-get", throughput("get a connection")),
        ("throughput-create", throughput("create a connection")),
        ("users-time", by_row(&users, &["µs a user"], "Many users: microseconds a user", " users")),
        ("users-memory", by_row(&users, &["live memory, KiB"], "Many users: live memory, KiB", " users")),
        ("build", by_row(&build, &["debug", "release"], "Clean build: seconds of processor time", "")),
    ];
    let folder = package.join("charts");
    fs::create_dir_all(&folder)?;
    for (name, chart) in charts {
        let chart = chart.ok_or(format!("the table of {name} is not as it was"))?;
        fs::write(folder.join(name).with_extension("svg"), chart.draw()?)?;
    }
    Ok(())
}
