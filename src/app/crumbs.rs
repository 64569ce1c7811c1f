//! Where one is: the views from that of the top level to the open one, in one line.
//!
//! `Logs › cell-01/2022-11-23T2040 › 6939b762…11ed  cell 10`: names, parted by `›`; after the last
//! one, what else identifies it.

use unicode_width::UnicodeWidthStr;

use super::wrap::fit_middle;

/// Between the names of two views.
const BETWEEN: &str = " › ";

/// Before what is known of the last view.
const BEFORE_ABOUT: &str = "  ";

/// Names and facts are shortened to so many characters before others are left out.
const SHORT: usize = 13;

/// What the top line says of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What it shows, as a noun or an id.
    pub name: String,
    /// What else identifies it: the log of a run, its cell.
    pub about: Vec<String>,
}

impl Crumb {
    /// A view by its name.
    pub fn new(name: impl Into<String>) -> Self {
        let about = Vec::new();
        let name = name.into();
        Self { name, about }
    }

    /// With another fact.
    pub fn about(mut self, fact: impl Into<String>) -> Self {
        self.about.push(fact.into());
        self
    }

    /// Whether its name says this already.
    fn says(&self, fact: &str) -> bool {
        self.name.split(" / ").any(|part| part == fact)
    }
}

/// What a part of the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrumbPart {
    /// A view that lies below the open one, or what stands between two.
    Way,
    /// The open view.
    Here,
    /// What else is known of it.
    About,
}

/// The line in at most `width` characters: what is long is shortened in its middle, then facts are
/// left out from the last on, then views from the second on.
pub fn line(crumbs: &[Crumb], width: usize) -> Vec<(CrumbPart, String)> {
    let Some((here, way)) = crumbs.split_last() else {
        return Vec::new();
    };
    let mut way: Vec<String> = way.iter().map(|crumb| crumb.name.clone()).collect();
    let mut name = here.name.clone();
    let is_new = |fact: &&String| !crumbs.iter().any(|crumb| crumb.says(fact));
    let mut about: Vec<String> = here.about.iter().filter(is_new).cloned().collect();
    loop {
        let all = joined(&way, &name, &about);
        let used: usize = all.iter().map(|(_, text)| text.width()).sum();
        let over = used.saturating_sub(width);
        if over == 0 {
            return all;
        }
        let texts = way.iter_mut().chain(&mut about);
        let longest = texts.max_by_key(|text| text.width());
        if let Some(text) = longest.filter(|text| text.width() > SHORT) {
            shorten(text, over);
        } else if about.pop().is_some() {
            // One fact less.
        } else if way.get(1).is_some_and(|view| view != "…") {
            way.splice(1.., ["…".to_owned()]);
        } else if name.width() > SHORT {
            shorten(&mut name, over);
        } else if !way.is_empty() {
            way.clear();
        } else {
            return joined(&[], &fit_middle(&name, width as u16), &[]);
        }
    }
}

/// So many characters less, but [`SHORT`] at least.
fn shorten(text: &mut String, over: usize) {
    let left = text.width().saturating_sub(over).max(SHORT);
    *text = fit_middle(text, left as u16);
}

fn joined(way: &[String], name: &str, about: &[String]) -> Vec<(CrumbPart, String)> {
    let mut parts = Vec::new();
    for view in way {
        parts.push((CrumbPart::Way, format!("{view}{BETWEEN}")));
    }
    parts.push((CrumbPart::Here, name.to_owned()));
    let facts = about.iter();
    parts.extend(facts.map(|fact| (CrumbPart::About, format!("{BEFORE_ABOUT}{fact}"))));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(crumbs: &[Crumb], width: usize) -> String {
        let parts = line(crumbs, width).into_iter();
        parts.map(|(_, text)| text).collect()
    }

    #[test]
    fn a_line_names_every_view_and_each_fact_once() {
        let run = || {
            let run = Crumb::new("6939b762…11ed");
            run.about("cell-10/2022-11-23T2040").about("cell 10")
        };
        let from = |names: &[&str]| {
            let names = names.iter().map(|name| Crumb::new(*name));
            let crumbs: Vec<Crumb> = names.chain([run()]).collect();
            text(&crumbs, 200)
        };
        assert_eq!(
            from(&["Runs"]),
            "Runs › 6939b762…11ed  cell-10/2022-11-23T2040  cell 10"
        );
        assert_eq!(
            from(&["Logs", "cell-10/2022-11-23T2040"]),
            "Logs › cell-10/2022-11-23T2040 › 6939b762…11ed  cell 10"
        );
        assert_eq!(
            from(&["Machines", "cell 10 / robot 1"]),
            "Machines › cell 10 / robot 1 › 6939b762…11ed  cell-10/2022-11-23T2040"
        );
    }

    #[test]
    fn little_room_shortens_what_is_long_before_it_leaves_anything_out() {
        let run = Crumb::new("6939b762…11ed");
        let run = run.about("cell-10/2022-11-23T2040").about("cell 10");
        let crumbs = [Crumb::new("Runs"), run];
        assert_eq!(
            text(&crumbs, 48),
            "Runs › 6939b762…11ed  cell-10/…-23T2040  cell 10"
        );
        assert_eq!(text(&crumbs, 40), "Runs › 6939b762…11ed  cell-1…3T2040");
        assert_eq!(text(&crumbs, 20), "Runs › 6939b762…11ed");
        let deep = ["Logs", "cell-10/2022-11-23T2040", "6939b762…11ed"].map(Crumb::new);
        let deep = [&deep[..], &[Crumb::new("comparison of 2 runs")]].concat();
        assert_eq!(text(&deep, 40), "Logs › … › comparison of 2 runs");
        for width in 1..90 {
            for crumbs in [&crumbs[..], &deep] {
                assert!(text(crumbs, width).width() <= width, "{width}");
            }
        }
    }
}
