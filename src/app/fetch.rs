//! One question at a time: what changes meanwhile is asked once more after the answer.

use super::effect::{Effect, Request, Slot};

/// Whether a list is being read, and whether it must be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fetch {
    busy: bool,
    again: bool,
}

impl Fetch {
    /// Asks now, or after the answer that is awaited.
    pub fn ask(&mut self, slot: Slot, request: Request, effects: &mut Vec<Effect>) {
        if self.busy {
            self.again = true;
        } else {
            self.busy = true;
            effects.push(Effect::Ask { slot, request });
        }
    }

    /// Drops what is under way: another question follows.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// The answer has come; whether to ask again.
    pub fn answered(&mut self) -> bool {
        self.busy = false;
        std::mem::take(&mut self.again)
    }

    /// Whether an answer is awaited.
    pub fn is_busy(self) -> bool {
        self.busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_changes_while_one_answer_is_awaited_ask_once_more() {
        let (mut fetch, mut effects) = (Fetch::default(), Vec::new());
        for _ in 0..5 {
            fetch.ask(Slot::Logs, Request::Logs, &mut effects);
        }
        assert_eq!(effects.len(), 1);
        assert!(fetch.answered());
        assert!(!fetch.is_busy());
        fetch.ask(Slot::Logs, Request::Logs, &mut effects);
        assert_eq!(effects.len(), 2);
        assert!(!fetch.answered());
    }
}
