use super::*;
use crate::app::{
    fixture::mouse_event,
    run::fixture::{self, ROWS, answer_queries, opened},
    signals::{Key, Signals, SignalsHit},
    view::View,
};

const SIZE: (u16, u16) = (100, 30);

fn mouse(screen: &mut RunScreen, kind: MouseEventKind, column: u16, row: u16) {
    let effects = screen.mouse(mouse_event(kind, column, row));
    answer_queries(screen, effects);
}

fn click(screen: &mut RunScreen, column: u16, row: u16) {
    mouse(screen, MouseEventKind::Down(MouseButton::Left), column, row);
}

fn signals(screen: &RunScreen) -> &Signals {
    &screen.views.as_ref().unwrap().signals
}

fn table(screen: &RunScreen) -> &Samples {
    &screen.views.as_ref().unwrap().samples
}

/// A run with a tab open; the first line of the tab on the screen.
fn open(tab: Tab) -> (RunScreen, u16) {
    let mut screen = opened(SIZE);
    let (heading, body) = layout::headed(SIZE, 1);
    let titles: Vec<u16> = (0..SIZE.0)
        .filter(|x| layout::titled_at(&Tab::titles(), Tab::Summary, SIZE.0, *x) == Some(tab))
        .collect();
    click(&mut screen, titles[titles.len() / 2], heading.y);
    assert_eq!(screen.tab, tab);
    (screen, body.y)
}

#[test]
fn a_click_opens_a_tab_and_reads_what_it_shows() {
    let widths: usize = Tab::ALL.map(|t| t.title().len() + 2).iter().sum();
    let hits = (0..SIZE.0)
        .filter(|x| layout::titled_at(&Tab::titles(), Tab::Summary, SIZE.0, *x).is_some());
    assert_eq!(hits.count(), widths);
    for tab in Tab::ALL {
        open(tab);
    }
    assert!(table(&open(Tab::Samples).0).window.is_some());
    let (mut screen, _) = open(Tab::Signals);
    click(&mut screen, 0, layout::headed(SIZE, 1).0.y);
    assert_eq!(screen.tab, Tab::Signals, "beside the tabs");
}

#[test]
fn a_click_moves_the_cursor_of_the_list_and_its_marks_choose() {
    let (mut screen, top) = open(Tab::Signals);
    let before = signals(&screen).chosen.clone();
    click(&mut screen, 20, top + 1);
    assert_eq!(signals(&screen).row, 0);
    assert_eq!(signals(&screen).chosen, before);
    click(&mut screen, 1, top + 3);
    assert_eq!(signals(&screen).row, 2);
    let line = signals(&screen).visible_stats(Key { run: 0, channel: 2 });
    assert!(signals(&screen).chosen.contains(&2) && line.is_some());
    mouse(&mut screen, MouseEventKind::ScrollDown, 20, top + 1);
    assert_eq!(signals(&screen).row, 3);
    // A second click acts on the channel of the first, wherever the list is scrolled to.
    let effects = screen.resize((100, 20));
    answer_queries(&mut screen, effects);
    let body = layout::headed(screen.size, 1).1;
    let top = body.y;
    let list = signals(&screen).layout(usize::from(body.height));
    assert!(list.list < signals(&screen).channels.len());
    for line in (1..=list.list as u16).rev() {
        click(&mut screen, 20, top + line);
        let first = signals(&screen).row;
        click(&mut screen, 20, top + line);
        assert_eq!(signals(&screen).row, first, "line {line}");
    }
}

#[test]
fn a_click_on_a_chart_sets_the_cursor_to_what_is_drawn_there() {
    let (mut screen, top) = open(Tab::Signals);
    let lines = usize::from(layout::headed(SIZE, 1).1.height);
    let layout = signals(&screen).layout(lines);
    let y = top + layout.list as u16 + 3;
    let left = crate::app::chart::gutter(signals(&screen).label_width()) as u16;
    let columns = usize::from(SIZE.0 - left);
    for zoom in 0..12 {
        for column in [0, 1, 40, columns - 1] {
            click(&mut screen, left + column as u16, y);
            let s = signals(&screen);
            let seen = s.view.range.column_of(s.view.cursor.time, columns);
            assert_eq!(seen, Some(column), "zoom {zoom}");
        }
        mouse(&mut screen, MouseEventKind::ScrollUp, left + 30, y);
    }
    let s = signals(&screen);
    let zoomed = s.view.bounds.span() as f64 * 0.8f64.powi(12);
    assert!((s.view.range.span() as f64 / zoomed - 1.0).abs() < 0.01);
    // What is under the wheel stays there.
    let place = (usize::from(left) + 30, layout.list + 3);
    let body = (usize::from(SIZE.0), lines);
    let SignalsHit::Time(time) = s.hit(place, body) else {
        panic!("no chart there");
    };
    mouse(&mut screen, MouseEventKind::ScrollUp, left + 30, y);
    assert_eq!(
        signals(&screen).view.range.column_of(time, columns),
        Some(30)
    );
    for _ in 0..20 {
        mouse(&mut screen, MouseEventKind::ScrollDown, left + 30, y);
    }
    assert_eq!(signals(&screen).view.range, signals(&screen).view.bounds);
    let before = signals(&screen).clone();
    click(&mut screen, left - 1, y);
    click(&mut screen, left, top + layout.list as u16 + 1);
    assert_eq!(
        signals(&screen).view.cursor,
        before.view.cursor,
        "axis and rule"
    );
}

#[test]
fn the_wheel_scrolls_samples_and_a_click_moves_to_a_row() {
    let (mut screen, top) = open(Tab::Samples);
    click(&mut screen, 10, top + 7);
    assert_eq!(table(&screen).row, 5);
    click(&mut screen, 10, top + 1);
    assert_eq!(table(&screen).row, 5, "the units are no row");
    mouse(&mut screen, MouseEventKind::ScrollDown, 10, top + 7);
    assert_eq!((table(&screen).first_row, table(&screen).row), (3, 5));
    mouse(&mut screen, MouseEventKind::ScrollDown, 10, top + 7);
    assert_eq!((table(&screen).first_row, table(&screen).row), (6, 6));
    let page = layout::headed(SIZE, 1).1.height - 3;
    click(&mut screen, 10, top + 1 + page);
    assert_eq!(table(&screen).row, 5 + u64::from(page));
    click(&mut screen, 10, top + 2 + page);
    assert_eq!(table(&screen).row, 5 + u64::from(page), "the last line");
    for _ in 0..ROWS {
        mouse(&mut screen, MouseEventKind::ScrollDown, 10, top + 7);
    }
    assert_eq!(table(&screen).first_row, (ROWS - usize::from(page)) as u64);
    assert!(table(&screen).cell(table(&screen).row, 0).is_some());
}

#[test]
fn a_click_on_the_line_under_the_cursor_opens_it() {
    // Above the rows stands their header, and in Layers what is known of the robot and a blank line.
    for (tab, detail, above) in [
        (Tab::Layers, fixture::layered(), 3),
        (Tab::Quality, fixture::flagged(), 1),
    ] {
        let (mut screen, top) = open(tab);
        let read = Ok(Some(fixture::opened_run(detail)));
        let effects = fixture::deliver(&mut screen, |q| &mut q.detail, read);
        answer_queries(&mut screen, effects);
        let line = top + above + 1;
        click(&mut screen, 10, line);
        let cursor = screen.tab_list().unwrap().position().cursor;
        assert_eq!((screen.tab, cursor), (tab, 1));
        click(&mut screen, 10, line);
        assert_eq!(screen.tab, Tab::Signals, "{tab:?}");
        assert!(screen.step_back());
        assert_eq!(screen.tab, tab);
        // Below the last line there is nothing to open.
        click(&mut screen, 10, top + above + 20);
        assert_eq!(screen.tab, tab);
    }
}

#[test]
fn a_click_on_the_strip_of_layers_puts_the_cursor_there() {
    let (mut screen, top) = open(Tab::Signals);
    let read = Ok(Some(fixture::opened_run(fixture::layered())));
    let effects = fixture::deliver(&mut screen, |q| &mut q.detail, read);
    answer_queries(&mut screen, effects);
    let parts = signals(&screen).layout(usize::from(layout::headed(SIZE, 1).1.height));
    assert_eq!(
        (parts.bands, signals(&screen).charted_layers().len()),
        (1, 1)
    );
    let strip = top + (parts.list + 2 + parts.charts + 1) as u16;
    let left = crate::app::chart::gutter(signals(&screen).label_width()) as u16;
    click(&mut screen, left + 30, strip);
    let view = signals(&screen).view;
    let columns = usize::from(SIZE.0 - left);
    assert_eq!(view.range.column_of(view.cursor.time, columns), Some(30));
    // Without a chart of the robot its layers are not drawn.
    let views = screen.views.as_mut().unwrap();
    views.signals.chosen = [views.signals.channels.len() - 1].into();
    assert!(signals(&screen).charted_layers().is_empty());
}

#[test]
fn the_mouse_anywhere_at_any_size_fails_nowhere() {
    for size in [(1, 1), (40, 10), (41, 12), (80, 24), (200, 50)] {
        let mut screen = opened(SIZE);
        let effects = screen.resize(size);
        answer_queries(&mut screen, effects);
        for tab in Tab::ALL {
            screen.tab = tab;
            for column in (0..size.0).step_by(7).chain([size.0, u16::MAX]) {
                for row in (0..size.1 + 2).chain([u16::MAX]) {
                    let kinds = [
                        MouseEventKind::Down(MouseButton::Left),
                        MouseEventKind::ScrollUp,
                        MouseEventKind::ScrollDown,
                        MouseEventKind::ScrollRight,
                        MouseEventKind::Moved,
                    ];
                    screen.tab = tab;
                    mouse(
                        &mut screen,
                        kinds[usize::from(row ^ column) % 5],
                        column,
                        row,
                    );
                    let s = signals(&screen);
                    assert!(s.view.bounds.contains(s.view.cursor.time) && s.row < s.channels.len());
                }
            }
        }
    }
    let spot = signals(&opened(SIZE)).hit((5, 0), (100, 27));
    assert_eq!(spot, SignalsHit::Nothing);
}

#[test]
fn a_click_puts_the_cursor_among_the_statistics_and_a_second_one_opens() {
    let (mut screen, top) = open(Tab::Summary);
    let at = |screen: &RunScreen| {
        let summary = &screen.views.as_ref().unwrap().summary;
        (summary.row, summary.column)
    };
    let before = at(&screen);
    click(&mut screen, 20, top);
    assert_eq!(at(&screen), before, "facts have no cursor");
    // Scrolled to the end, every line below the titles is a channel; a name leaves the statistic.
    screen.update(crate::app::Action::Last);
    let bottom = layout::headed(SIZE, 1).1.bottom();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for line in top..bottom {
        let earlier = at(&screen);
        click(&mut screen, 3, line);
        if at(&screen) != earlier {
            rows.push(at(&screen).0);
            lines.push(line);
        }
    }
    let summary = &screen.views.as_ref().unwrap().summary;
    let channels: Vec<usize> = summary.channels().collect();
    assert!(rows.len() > 3 && channels.ends_with(&rows), "{rows:?}");
    assert_eq!(at(&screen).1, before.1);
    let first = summary.first_column;
    let end = 1 + summary.page.widths[0] + 2 + summary.page.widths[first];
    click(&mut screen, end as u16 - 1, lines[0]);
    assert_eq!(at(&screen), (rows[0], first), "a cell");
    assert_eq!(screen.tab, Tab::Summary, "it is only gone to");
    // The largest value of a channel that has samples leads to its sample.
    screen.views.as_mut().unwrap().summary.column = before.1;
    click(&mut screen, 3, lines[0]);
    assert_eq!(screen.tab, Tab::Signals);
}
