//! Samples of a run that is open: filter, jumps and columns, from keys to workers.

use super::{FilterRows, FindRow, RunScreen, Samples, Tab, Target};
use crate::{
    app::{action::Action, choice::Choice, effect::Effect, view::View},
    etl::{
        filter::Condition,
        format::{count, thousands},
        parse_error::ParseError,
    },
};

impl RunScreen {
    /// Asks for a row to jump to; `None` when `action` is no jump.
    pub(super) fn jump(&mut self, action: Action) -> Option<Vec<Effect>> {
        let (null, forward) = match action {
            Action::NextNull => (true, true),
            Action::PreviousNull => (true, false),
            Action::NextBeyond => (false, true),
            Action::PreviousBeyond => (false, false),
            _ => return None,
        };
        let views = self.views.as_ref().filter(|_| self.tab == Tab::Samples)?;
        let samples = &views.samples;
        let target = Target {
            channel: samples.current()?.to_owned(),
            null,
            forward,
        };
        let query = FindRow {
            table: views.table.clone(),
            target,
            from: samples.table_row(samples.row),
            among: samples.shown_rows(),
        };
        let mut effects = Vec::new();
        self.queries.find.ask(query, &mut effects);
        Some(effects)
    }

    /// Jumps to the row, or says that there is none.
    pub(super) fn found(&mut self, target: &Target, row: Option<u64>) {
        let height = self.body().1;
        let Some(views) = &mut self.views else { return };
        let samples = &mut views.samples;
        if let Some(row) = row {
            return samples.go_to_table_row(row, height);
        }
        let what = if target.null {
            "null"
        } else {
            "value beyond the limits"
        };
        let side = if target.forward { "below" } else { "above" };
        let row = thousands(samples.table_row(samples.row) + 1);
        let among = match samples.filtered {
            Some(_) => " in the rows that are shown",
            None => "",
        };
        let channel = &target.channel;
        self.message = Some(format!("{channel} has no {what} {side} row {row}{among}"));
    }

    /// Takes a filter that was typed.
    ///
    /// # Errors
    /// One sentence that points at what is wrong; the text field stays open.
    pub(super) fn submit_filter(&mut self, text: &str) -> Result<Vec<Effect>, ParseError> {
        if text.trim().is_empty() {
            return Ok(self.clear_filter().unwrap_or_default());
        }
        let detail = self.detail.as_ref();
        let columns = detail.and_then(|d| d.columns.get(1..)).unwrap_or_default();
        let views = self
            .views
            .as_mut()
            .ok_or("the run has no table to filter")?;
        let condition = Condition::parse(text, columns, views.signals.view.bounds.start())?;
        views.samples.filtering = Some(condition.clone());
        let table = views.table.clone();
        let mut effects = Vec::new();
        let query = FilterRows { table, condition };
        self.queries.filter.ask(query, &mut effects);
        Ok(effects)
    }

    /// The filter as it was typed.
    pub fn filter_text(&self) -> &str {
        self.views.as_ref().map_or("", |v| v.samples.filter_text())
    }

    /// All channels of the samples, to choose from; none until the run is read.
    pub fn column_names(&self) -> Vec<String> {
        let samples = self.views.as_ref().map(|v| &v.samples);
        samples.map(Samples::names).unwrap_or_default()
    }

    /// Shows the chosen columns, now and of what is read later.
    pub fn choose_columns(&mut self, choice: &Choice) {
        if self.choice == *choice {
            return;
        }
        self.choice = choice.clone();
        let width = self.body().0;
        if let Some(views) = &mut self.views {
            views.samples.choose(choice, width);
        }
    }

    /// Samples shows the channels that have a chart first.
    pub(super) fn put_charted_first(&mut self) {
        let width = self.body().0;
        if let Some(views) = self.views.as_mut().filter(|_| self.tab == Tab::Samples) {
            let ticked = views.signals.chosen_names().map(str::to_owned).collect();
            views.samples.put_first(ticked, &self.choice, width);
        }
    }

    /// Where the cursor of the samples is, and which rows are shown.
    pub fn samples_line(&self) -> Option<String> {
        let samples = &self.views.as_ref()?.samples;
        let total = thousands(samples.total);
        let row = thousands(samples.table_row(samples.row) + 1);
        let mut text = if samples.rows == 0 {
            " no row".to_owned()
        } else {
            format!(" row {row} of {total}")
        };
        let hidden = samples.hidden();
        if hidden > 0 {
            let hidden = count(hidden as u64, "column");
            text.push_str(&format!("  {hidden} hidden"));
        }
        if let Some(filtered) = &samples.filtered {
            let shown = thousands(samples.rows);
            let of = count(samples.total, "row");
            let typed = &filtered.condition.text;
            text = format!("{text}  {shown} of {of} pass {typed}");
        }
        if samples.filtered.is_none() && samples.filtering.is_none() {
            let (held, unknown) = samples.held_in_sight(self.body());
            let legend = [(held, "  dim: held"), (unknown, "  ?: held or sampled")];
            text.extend(
                legend
                    .into_iter()
                    .filter(|(seen, _)| *seen)
                    .map(|(_, text)| text),
            );
        }
        if let Some(condition) = &samples.filtering {
            text = format!("{text}  filtering by {} …", condition.text);
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{prompt::Purpose, run::fixture};

    fn samples() -> RunScreen {
        let mut screen = fixture::opened((80, 24));
        for _ in 0..2 {
            let effects = screen.update(Action::NextPane);
            fixture::answer_queries(&mut screen, effects);
        }
        screen
    }

    fn act(screen: &mut RunScreen, action: Action) {
        let effects = screen.update(action);
        fixture::answer_queries(screen, effects);
    }

    fn filter(screen: &mut RunScreen, text: &str) {
        let effects = screen.submit(Purpose::Filter, text).unwrap();
        fixture::answer_queries(screen, effects);
    }

    fn table_row(screen: &RunScreen) -> u64 {
        let samples = &screen.views.as_ref().unwrap().samples;
        samples.table_row(samples.row)
    }

    #[test]
    fn a_filter_shows_the_rows_that_pass_and_lets_them_go() {
        let mut screen = samples();
        filter(&mut screen, "fz_1 < -5000 or (z_1 is null and time > +44s)");
        let line = screen.samples_line().unwrap();
        assert!(
            line.contains("100 of 10,000 rows pass fz_1 < -5000"),
            "{line}"
        );
        let views = screen.views.as_ref().unwrap();
        // Row 4401 is the first after 44 s in the gap of z_1; the spike is the last.
        assert_eq!(views.samples.cell(0, 0).unwrap(), "20:40:44.037000");
        act(&mut screen, Action::Last);
        assert_eq!(table_row(&screen), 7777);
        let views = screen.views.as_ref().unwrap();
        assert_eq!(
            views.samples.columns.titles[..4],
            ["time", "z_1", "fz_1", "f1"]
        );
        assert_eq!(views.samples.cell(99, 2).unwrap(), "−9,999.50");
        let effects = screen.clear_filter().unwrap();
        fixture::answer_queries(&mut screen, effects);
        assert_eq!(table_row(&screen), 7777);
        assert_eq!(screen.filter_text(), "");
        assert!(screen.clear_filter().is_none());
    }

    #[test]
    fn a_filter_that_makes_no_sense_changes_nothing() {
        let mut screen = samples();
        let error = screen
            .submit(Purpose::Filter, "fz < 1")
            .unwrap_err()
            .sentence;
        assert!(
            error.contains("unknown column `fz` at character 1"),
            "{error}"
        );
        assert_eq!(screen.filter_text(), "");
        filter(&mut screen, "x_2 < 0");
        assert_eq!(screen.views.as_ref().unwrap().samples.rows, 0);
        filter(&mut screen, "");
        assert_eq!(screen.views.as_ref().unwrap().samples.rows, 10_000);
    }

    #[test]
    fn jumps_lead_to_nulls_and_beyond_limits_of_the_current_column() {
        let mut screen = samples();
        act(&mut screen, Action::NextNull);
        assert_eq!(table_row(&screen), 3000);
        act(&mut screen, Action::NextNull);
        assert_eq!(table_row(&screen), 3001);
        act(&mut screen, Action::Last);
        act(&mut screen, Action::PreviousNull);
        assert_eq!(table_row(&screen), 4499);
        // The fixture's limit of z_1 is −50.
        act(&mut screen, Action::First);
        act(&mut screen, Action::NextBeyond);
        assert_eq!(table_row(&screen), 2223);
        act(&mut screen, Action::PreviousBeyond);
        assert_eq!(table_row(&screen), 2223);
        let message = screen.take_message().unwrap();
        assert_eq!(
            message,
            "z_1 has no value beyond the limits above row 2,224"
        );
        filter(&mut screen, "time > +60s");
        act(&mut screen, Action::NextNull);
        assert_eq!(
            screen.take_message().unwrap(),
            "z_1 has no null below row 6,001 in the rows that are shown"
        );
    }

    #[test]
    fn the_command_has_the_filter_and_the_columns() {
        let mut screen = samples();
        let run = fixture::run();
        let log = "cell-10/2022-11-23T2040";
        let tail = format!("-o {run}.csv {log}:{run}");
        let command = |screen: &RunScreen| screen.command().unwrap().words().join(" ");
        assert_eq!(command(&screen), format!("export {tail}"));
        filter(&mut screen, "z_1 is null or fz_1 < -5000");
        let choice = Choice {
            order: vec!["v1".into()],
            hidden: vec!["x_1".into(), "x_2".into(), "vx_2".into()],
        };
        screen.choose_columns(&choice);
        let expected = "export --columns v1,z_1,fx_1,fz_1,f1 --where z_1 is null or fz_1 < -5000";
        assert_eq!(command(&screen), format!("{expected} {tail}"));
        act(&mut screen, Action::NextPane);
        assert_eq!(command(&screen), format!("export --columns x_1,f1 {tail}"));
    }

    #[test]
    fn chosen_columns_stay_when_the_run_is_read_again() {
        let mut screen = samples();
        let choice = Choice {
            hidden: vec!["x_1".into()],
            ..Choice::default()
        };
        screen.choose_columns(&choice);
        let effects = screen.reload();
        fixture::answer_queries(&mut screen, effects);
        let samples = &screen.views.as_ref().unwrap().samples;
        assert_eq!(samples.channels().len(), 7);
        assert_eq!(
            samples.cell(0, 1).unwrap(),
            "−48.00",
            "z_1 is the first now"
        );
        assert!(screen.samples_line().unwrap().contains("1 column hidden"));
    }
}
