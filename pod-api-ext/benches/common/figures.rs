//! Figures as tables of Markdown.

use super::ways::{BY_HAND, Case};

/// One figure for each case, by hand first.
pub struct Figures {
    rows: Vec<(&'static str, &'static str, f64)>,
}

impl Figures {
    pub fn of(cases: &[Case], figure: impl Fn(usize) -> f64) -> Self {
        Self { rows: cases.iter().enumerate().map(|(i, case)| (case.call, case.way, figure(i))).collect() }
    }

    /// How a figure compares with that of the same call by hand.
    fn ratio(&self, call: &str, figure: f64) -> f64 {
        let by_hand = self.rows.iter().find(|(other, way, _)| *other == call && *way == BY_HAND);
        figure / by_hand.unwrap().2
    }
}

/// A table with the ratio to by hand and the figure itself, for each of several figures.
pub fn print(columns: &[(&str, Figures)]) {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("{name}, ratio | {name}")).collect();
    println!("| call | way | {} |", names.join(" | "));
    println!("|---|---|{}", "--:|--:|".repeat(columns.len()));
    for (i, (call, way, _)) in columns[0].1.rows.iter().enumerate() {
        let cells: Vec<String> = columns
            .iter()
            .map(|(_, figures)| {
                let figure = figures.rows[i].2;
                format!("{:.2} | {}", figures.ratio(call, figure), grouped(figure))
            })
            .collect();
        println!("| {call} | {way} | {} |", cells.join(" | "));
    }
    println!();
}

/// A number with a comma for each thousand, and one decimal if it is small.
pub fn grouped(number: f64) -> String {
    if number < 1000.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
