//! Why a connection ended early or otherwise than agreed: made from what its log has, and told by every output.

use crate::{Event, Field, Fields, Said, Side, Step, summary};

/// Why a connection failed.
///
/// It is made only from facts that the log has, by the rules of its protocol; the one free text in it is what the peer
/// itself said, quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// The rule that recognised it (`tls.certificate_expired`); none: it needed none.
    pub rule: Option<&'static str>,
    /// What happened, as one sentence or two.
    pub cause: Said,
    /// The side that did it or did not do it; none: it cannot be told, or it lies between them.
    pub side: Option<Side>,
    /// The step at which it happened.
    pub step: Option<Step>,
    /// What should have come.
    pub expected: Option<Said>,
    /// What came.
    pub got: Option<Said>,
    /// What the reader can do.
    pub advice: Option<Said>,
}

impl Reason {
    /// A reason that says no more than `cause`.
    pub const fn new(cause: Said) -> Self {
        Reason { rule: None, cause, side: None, step: None, expected: None, got: None, advice: None }
    }

    /// The reason that `rule` gives.
    pub fn by_rule(rule: &'static str, cause: Said) -> Self {
        Reason { rule: Some(rule), ..Reason::new(cause) }
    }

    /// It was `side`'s doing.
    #[must_use]
    pub fn by(self, side: Side) -> Self {
        Reason { side: Some(side), ..self }
    }

    /// It happened at `step`.
    #[must_use]
    pub fn at(self, step: impl Into<Step>) -> Self {
        Reason { step: Some(step.into()), ..self }
    }

    /// `expected` should have come, and `got` did.
    #[must_use]
    pub fn instead(self, expected: Said, got: Said) -> Self {
        Reason { expected: Some(expected), got: Some(got), ..self }
    }

    /// The reader can do this.
    #[must_use]
    pub fn advising(self, advice: Said) -> Self {
        Reason { advice: Some(advice), ..self }
    }

    /// Cause and advice as a text.
    pub fn said(&self) -> Said {
        match &self.advice {
            None => self.cause.clone(),
            Some(advice) => Said::join(&[self.cause.clone(), advice.clone()], text!(words::next_sentence())),
        }
    }

    /// As the fields of a summary.
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        fields.put(summary::REASON, self.said());
        fields.put_some(summary::RULE, self.rule);
        fields.put_some(summary::FAILED_SIDE, self.side.map(Side::id));
        fields.put_some(summary::FAILED_STEP, self.step.map(Step::id));
        let mut say = |field: Field<Said>, said: &Option<Said>| fields.put_some(field, said.as_ref());
        say(summary::EXPECTED, &self.expected);
        say(summary::GOT, &self.got);
        say(summary::ADVICE, &self.advice);
        fields
    }
}

impl From<Said> for Reason {
    fn from(cause: Said) -> Self {
        Reason::new(cause)
    }
}

impl From<Said> for Box<Reason> {
    fn from(cause: Said) -> Self {
        Box::new(cause.into())
    }
}

impl Event {
    /// Of the summary of a connection that failed, why it failed; `None`: it did not fail, or this is another step.
    pub fn failure(&self) -> Option<Said> {
        let failed = self.step.is_summary() && self.get(summary::OUTCOME) != Some(summary::INCOMPLETE);
        failed.then(|| self.get(summary::REASON)).flatten()
    }
}
