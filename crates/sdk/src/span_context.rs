//! Where in a trace something happens, and how that travels between processes.

use protocol::trace::{SpanId, TraceId};

use crate::identity::Randomness;

/// A span, seen from what happens inside it: what a child, a metric point or an error names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanContext {
    /// The trace.
    pub trace: TraceId,
    /// The span within it.
    pub span: SpanId,
    /// Whether the caller records the trace: the flag that is passed on.
    pub sampled: bool,
}

impl SpanContext {
    /// The root of a new trace.
    pub(crate) fn root(randomness: &Randomness) -> Self {
        let mut trace = [0; 16];
        trace[..8].copy_from_slice(&non_zero(randomness).to_be_bytes());
        trace[8..].copy_from_slice(&non_zero(randomness).to_be_bytes());
        Self { trace: TraceId(trace), span: SpanId(non_zero(randomness).to_be_bytes()), sampled: true }
    }

    /// A span below this one.
    pub(crate) fn child(self, randomness: &Randomness) -> Self {
        Self { span: SpanId(non_zero(randomness).to_be_bytes()), ..self }
    }

    /// Reads the header `traceparent` of a request (W3C Trace Context, level 1, section 3.2); `None` when it is none.
    ///
    /// ```
    /// # use throughline::SpanContext;
    /// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    /// let parent = SpanContext::from_traceparent(header).expect("a traceparent");
    /// assert_eq!(parent.traceparent(), header);
    /// assert_eq!(SpanContext::from_traceparent("00-0-0-01"), None);
    /// ```
    pub fn from_traceparent(header: &str) -> Option<Self> {
        let mut fields = header.trim().split('-');
        let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        // Later versions may append fields; this one has none, and 255 is no version.
        let is_known = version.len() == 2 && is_hex(version) && version != "ff" && (version != "00" || fields.next().is_none());
        if !is_known || trace.len() != 32 || span.len() != 16 || flags.len() != 2 || ![trace, span, flags].into_iter().all(is_hex) {
            return None;
        }
        let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
        Some(Self { trace: TraceId::parse(trace)?, span: SpanId::parse(span)?, sampled })
    }

    /// The header `traceparent` for a request that is part of this span.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn non_zero(randomness: &Randomness) -> u64 {
    randomness.next().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_header_is_a_parent() {
        const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
        for (header, sampled) in [
            (format!("00-{IDS}-01"), Some(true)),
            (format!(" 00-{IDS}-00 "), Some(false)),
            (format!("00-{IDS}-03"), Some(true)),
            (format!("01-{IDS}-01-later"), Some(true)),
            (format!("00-{IDS}-01-later"), None),
            (format!("ff-{IDS}-01"), None),
            (format!("00-{}-01", IDS.to_uppercase()), None),
            (format!("00-{IDS}-1"), None),
            (format!("00-{IDS}"), None),
            (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), None),
            ("ä-b-c-d".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(SpanContext::from_traceparent(&header).map(|parent| parent.sampled), sampled, "{header}");
        }
    }

    #[test]
    fn children_stay_in_their_trace() {
        let randomness = Randomness::from_system(1);
        let root = SpanContext::root(&randomness);
        let child = root.child(&randomness);
        assert_eq!(child.trace, root.trace);
        assert_ne!(child.span, root.span);
        assert_ne!(SpanContext::root(&randomness).trace, root.trace);
    }
}
