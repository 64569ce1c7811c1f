//! The charts of runs over each other as a picture.

use super::{CompareScreen, Compared};
use crate::{
    app::{
        export::{self, Charts, Export, PictureSize, What},
        signals::Signals,
    },
    etl::{compare::letter, zone},
};

impl CompareScreen {
    /// The charts of the chosen channels, a line for each run that has the channel.
    ///
    /// # Errors
    /// One sentence: why there is nothing to write.
    pub(super) fn picture(&self, signals: &Signals) -> Result<Export, String> {
        Ok(Export {
            name: export::name_of_runs("compare", self.runs.iter().map(|run| run.run)),
            what: What::Charts(charts(&self.runs, signals)?),
        })
    }
}

/// The charts of the signals of runs over each other, a line for each run that has a channel.
///
/// # Errors
/// One sentence: why there is nothing to draw.
pub fn charts(runs: &[Compared], signals: &Signals) -> Result<Charts, String> {
    let legend = runs.iter().enumerate();
    Ok(Charts {
        size: PictureSize::default(),
        title: format!("{} runs, {}", runs.len(), signals.alignment()),
        legend: legend.map(|(at, run)| line(at, run, signals)).collect(),
        range: signals.view.range,
        aligned: true,
        charts: signals.traces()?,
    })
}

/// Which run a colour is, and where it is aligned.
fn line(at: usize, run: &Compared, signals: &Signals) -> String {
    let row = run.detail.as_ref().map(|d| &d.row);
    let mut words = vec![
        letter(at).to_string(),
        run.run.to_string(),
        run.log_key.clone(),
    ];
    words.extend(row.and_then(|r| r.start_us()).map(zone::format_screen));
    let place = signals.place(at);
    words.extend(place.map(|place| format!("at {}", super::sheet::offset(place))));
    words.extend(signals.failure_of(at).map(str::to_owned));
    words.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::export::{Form, Source};
    use crate::app::{Action, compare::fixture, view::View};

    fn charts(screen: &CompareScreen) -> Charts {
        match screen.export(&[], Form::Csv).unwrap().what {
            What::Charts(charts) => charts,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_run_has_its_line_from_where_it_is_aligned() {
        let mut screen = fixture::opened(3, (80, 24));
        let signals = &mut screen.views.as_mut().unwrap().signals;
        let f1 = signals.channels.iter().position(|c| c.name == "f1");
        (signals.row, signals.chosen) = (f1.unwrap(), f1.into_iter().collect());
        let effects = screen.update(Action::ZoomFit);
        fixture::answer_queries(&mut screen, effects);
        let picture = charts(&screen);
        let names: Vec<&str> = picture.charts[0].iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["A f1", "C f1"], "run B has no f1");
        let colours: Vec<usize> = picture.charts[0].iter().map(|t| t.colour).collect();
        assert_eq!((colours, picture.legend.len()), (vec![0, 2], 3));
        let paths = picture.svg().matches("<path").count();
        assert_eq!(paths, 4, "a band and the line of means each");
        screen.submit("30").unwrap();
        screen.update(Action::AlignHere);
        let aligned = charts(&screen);
        let origin = |c: &Charts| c.charts[0][0].origin;
        assert_eq!(origin(&aligned) - origin(&picture), 30_000_000);
        assert!(aligned.legend[0].ends_with("at +30.000 s"));
        assert!(aligned.title.contains("aligned at chosen times"));
        screen.update(Action::Mark);
        assert!(
            screen
                .export(&[], Form::Csv)
                .unwrap_err()
                .contains("no channel is chosen")
        );
    }

    #[test]
    fn what_is_not_in_memory_is_drawn_from_the_tables() {
        let (mut screen, _) = CompareScreen::open(fixture::names(2), (80, 24));
        let message = screen.export(&[], Form::Csv).unwrap_err();
        assert!(message.contains("not read yet"));
        let details = (0..2).map(|at| Some(fixture::detail(at))).collect();
        fixture::read(&mut screen, Ok(details));
        let picture = charts(&screen);
        let tables = picture.charts[0].iter().map(|trace| match &trace.source {
            Source::Table(channel) => (channel.table.file_name.as_str(), channel.channel.as_str()),
            other => panic!("{other:?}"),
        });
        let tables: Vec<_> = tables.collect();
        assert_eq!(
            tables,
            [("run_0.parquet", "fz_1"), ("run_1.parquet", "fz_1")]
        );
    }
}
