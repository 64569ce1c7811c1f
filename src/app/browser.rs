//! The loop: waits for events, applies all that are there, draws when something changed.

use std::{
    io,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, unbounded};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport, backend::Backend, layout::Rect};

use super::{
    background,
    config::Config,
    effect::Effect,
    event::{Event, Message},
    state::State,
    terminal::{self, Screen, TerminalGuard},
    tmux,
    update::update,
    workers::{Workers, listen_to_signals, read_input, watch_for_hangup},
};
use crate::etl::{
    Error, Result,
    lake::{Context, Lake, ReadOnly},
    pool::JobEvent,
};

/// Events of jobs alone draw no more often than this.
const PROGRESS_FRAME: Duration = Duration::from_millis(50);

/// After this time an iteration draws, though more events are there: the next applies them.
const LONGEST_TURN: Duration = Duration::from_millis(8);

/// Runs the browser on the terminal until the operator quits; `draw` draws a state.
///
/// # Errors
/// [`Error::Fatal`] without a terminal, [`Error::Cancelled`] when a signal ended it.
pub fn run(config: &Config, draw: impl Fn(&mut Frame, &State)) -> Result<()> {
    let context = Context {
        data_dir: config.data_dir.clone(),
        links: config.links,
        lake: Lake::new(config.cache_dir.clone())
            .with_user_cache(config.user_cache.clone())
            .to_look_at(),
        profile: config.profile.clone(),
    };
    let (sender, events) = unbounded();
    let _signals = listen_to_signals(sender.clone())?;
    let workers = Workers::start(&context, config.executor.clone(), config.jobs, &sender)?;
    let taken = TerminalGuard::acquire(config.mouse)?;
    let backend = Screen::new(io::stdout());
    let size = backend.size().map_err(|e| no_terminal(&e))?;
    // Fixed: resized by the events that tell the state, so that a frame and what is laid
    // out for it are of one size, whatever becomes of the window meanwhile.
    let options = TerminalOptions {
        viewport: Viewport::Fixed(Rect::from(size)),
    };
    let mut screen = Terminal::with_options(backend, options).map_err(|e| no_terminal(&e))?;
    let (mut state, first) = State::new(config, (size.width, size.height));
    state.is_in_tmux = tmux::is_around();
    if let Some(read_only) = ReadOnly::of(&context.lake) {
        state.set_read_only(&read_only);
    }
    // Drawn before anything is asked: the first frame waits for nothing.
    show(&mut screen, &state, &draw)?;
    if config.ask_background {
        // The answer comes among the keys, whenever it likes.
        let asked = screen.backend_mut().send(background::QUESTION);
        asked.map_err(|e| no_terminal(&e))?;
    }
    watch_for_hangup(sender.clone())?;
    read_input(sender)?;
    let mut effects = first;
    let signalled = loop {
        match apply(std::mem::take(&mut effects), &workers, &taken, &mut screen)? {
            Go::On => {}
            Go::Cleared => show(&mut screen, &state, &draw)?,
            Go::Ended => break false,
        }
        match turn(&mut state, &events, &mut screen, &draw)? {
            Turn::Done { effects: next, .. } => effects = next,
            Turn::Signalled => break true,
        }
    };
    drop(screen);
    drop(taken);
    let unsaved = state.take_unsaved();
    // Cancels its queries.
    drop(state);
    // Waits until cancelled harvests have cleaned up, with the terminal given back.
    drop(workers);
    // Nobody else writes it now.
    if let Some(Err(e)) = unsaved.map(|unsaved| unsaved.write()) {
        tracing::warn!("{e}");
    }
    if signalled {
        return Err(Error::Cancelled);
    }
    Ok(())
}

enum Go {
    On,
    /// The screen was wiped and must be drawn without waiting for an event.
    Cleared,
    Ended,
}

/// The result of one iteration of the loop.
#[derive(Debug)]
pub enum Turn {
    /// A frame was drawn.
    Done {
        /// What is to be done now.
        effects: Vec<Effect>,
        /// How many keys were applied.
        keys: usize,
    },
    /// A signal ends the browser.
    Signalled,
}

fn no_terminal(error: &impl std::fmt::Display) -> Error {
    Error::Fatal(format!("cannot draw on the terminal: {error}"))
}

/// One iteration of the loop: waits for an event, applies those that are there, and draws.
///
/// # Errors
/// [`Error::Fatal`] when the terminal is gone.
pub fn turn<B: Backend>(
    state: &mut State,
    events: &Receiver<Event>,
    screen: &mut Terminal<B>,
    draw: &impl Fn(&mut Frame, &State),
) -> Result<Turn> {
    let mut effects = Vec::new();
    let mut waiting = events.recv().ok();
    let since = Instant::now();
    let (mut urgent, mut resized, mut keys) = (false, false, 0);
    while let Some(event) = waiting {
        if matches!(event, Event::Signal(super::event::Signal::End)) {
            return Ok(Turn::Signalled);
        }
        urgent |= !may_wait(&event);
        resized |= matches!(event, Event::Resize(..));
        keys += usize::from(matches!(event, Event::Key(_)));
        effects.extend(update(state, event));
        let longest = if urgent { LONGEST_TURN } else { PROGRESS_FRAME };
        if since.elapsed() >= longest {
            break;
        }
        waiting = events.try_recv().ok();
        if waiting.is_none() && !urgent {
            // Nothing but events of jobs: wait for more of them, but not for long.
            let left = PROGRESS_FRAME.saturating_sub(since.elapsed());
            waiting = events.recv_timeout(left).ok();
        }
    }
    if resized {
        // To another size and back at once: the size is the same, what is seen is not.
        screen.clear().map_err(|e| no_terminal(&e))?;
    }
    show(screen, state, draw)?;
    Ok(Turn::Done { effects, keys })
}

/// Draws the state in a frame of the state's size.
fn show<B: Backend>(
    screen: &mut Terminal<B>,
    state: &State,
    draw: &impl Fn(&mut Frame, &State),
) -> Result<()> {
    #[cfg(debug_assertions)]
    fail_on_purpose();
    let size = Rect::new(0, 0, state.size.0, state.size.1);
    if screen.get_frame().area() != size {
        screen.resize(size).map_err(|e| no_terminal(&e))?;
    }
    screen
        .draw(|frame| draw(frame, state))
        .map(drop)
        .map_err(|e| no_terminal(&e))
}

/// Panics once the file that `MDTUI_PANIC_WHEN` names is there: how tests see what becomes of
/// the terminal when drawing fails. A release build has no such thing.
#[cfg(debug_assertions)]
fn fail_on_purpose() {
    let requested = std::env::var_os("MDTUI_PANIC_WHEN");
    let requested = requested.is_some_and(|file| std::path::Path::new(&file).exists());
    assert!(!requested, "a test \u{1b}[31mwants this");
}

/// Whether the event may wait for its frame: while a batch of small logs is harvested
/// thousands of them come every second.
fn may_wait(event: &Event) -> bool {
    matches!(
        event,
        Event::Worker(Message::Job {
            event: JobEvent::Started { .. } | JobEvent::Progress { .. } | JobEvent::Finished { .. },
            ..
        })
    )
}

fn apply<W: io::Write>(
    effects: Vec<Effect>,
    workers: &Workers,
    taken: &TerminalGuard,
    screen: &mut Terminal<Screen<W>>,
) -> Result<Go> {
    let mut go = Go::On;
    for effect in effects {
        match effect {
            Effect::Ask(question) => workers.ask(question),
            Effect::Harvest(logs) => workers.harvest(logs),
            Effect::RescanAfter(wait) => workers.rescan_after(wait),
            Effect::CancelJob(job) => workers.cancel(job),
            Effect::CancelAllJobs => workers.cancel_all(),
            Effect::Copy(text) => screen
                .backend_mut()
                .send(&terminal::copy_sequence(&text))
                .map_err(|e| no_terminal(&e))?,
            Effect::Suspend => {
                taken.suspend()?;
                screen.clear().map_err(|e| no_terminal(&e))?;
                go = Go::Cleared;
            }
            Effect::Redraw => {
                taken.retake()?;
                screen.clear().map_err(|e| no_terminal(&e))?;
                go = Go::Cleared;
            }
            Effect::Quit => return Ok(Go::Ended),
        }
    }
    Ok(go)
}

#[cfg(test)]
mod tests {
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::app::fixture;

    #[test]
    fn a_frame_has_the_size_of_the_state_whatever_the_terminal_has_become() {
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 90, 30)),
        };
        let mut screen = Terminal::with_options(TestBackend::new(90, 30), options).unwrap();
        for (size, terminal) in [
            ((90, 30), (90, 30)),
            ((120, 45), (120, 45)),
            // The window changed, and the state does not know it yet.
            ((120, 45), (1, 1)),
            ((1, 7), (1, 7)),
            ((1, 7), (200, 60)),
        ] {
            screen.backend_mut().resize(terminal.0, terminal.1);
            let (state, _) = fixture::bare(size);
            let seen = std::cell::Cell::new(Rect::ZERO);
            show(&mut screen, &state, &|frame, _| seen.set(frame.area())).unwrap();
            assert_eq!(seen.get(), Rect::new(0, 0, size.0, size.1));
        }
    }
}
