//! One shape for one meaning, and the limits of what is kept.

use super::{DEPTH_MAX, Fault, Filter, FilterError, LIST_MAX, TERMS_MAX, TEXT_BYTES_MAX, Term, Test};

impl Filter {
    /// The same filter with nothing superfluous: no `and` in an `and`, no `or` in an `or`, no group of one, no `not` where the
    /// term has an opposite, everything and nothing folded. The order of the terms stays: people see it.
    #[must_use]
    pub fn tidy(self) -> Self {
        match self {
            Self::Term(Term { field, test }) => Self::term(field, test.tidy()),
            Self::Not(inner) => opposite(inner.tidy()),
            Self::And(members) => every(members.into_iter().map(Self::tidy)),
            Self::Or(members) => any(members.into_iter().map(Self::tidy)),
        }
    }

    /// The text by which answers are remembered: filters that differ only in the order or the repetition of their terms or of
    /// the values in their lists have the same one.
    pub fn cache_key(&self) -> String {
        self.clone().tidy().sorted().to_string()
    }

    fn sorted(self) -> Self {
        match self {
            Self::Term(Term { field, test: Test::In(list) }) => Self::term(field, Test::In(in_order(list))),
            Self::Term(Term { field, test: Test::NotIn(list) }) => Self::term(field, Test::NotIn(in_order(list))),
            Self::Term(term) => Self::Term(term),
            Self::Not(inner) => opposite(inner.sorted()),
            Self::And(members) => every(members.into_iter().map(Self::sorted)).members_in_order(),
            Self::Or(members) => any(members.into_iter().map(Self::sorted)).members_in_order(),
        }
    }

    fn members_in_order(self) -> Self {
        match self {
            Self::And(members) => every(in_order(members).into_iter()),
            Self::Or(members) => any(in_order(members).into_iter()),
            other => other,
        }
    }

    /// This filter, if it is within the limits and every term can be: what is read has been through this.
    ///
    /// # Errors
    /// Too long, too deep, too many terms or values, an empty list or piece, a text compared with a number.
    pub fn bounded(self) -> Result<Self, FilterError> {
        let terms = self.terms();
        let fault = if self.depth() > DEPTH_MAX {
            Some(Fault::TooDeep)
        } else if terms.len() > TERMS_MAX {
            Some(Fault::TooManyTerms)
        } else {
            terms.into_iter().find_map(impossible)
        };
        match fault {
            Some(fault) => Err(fault.at(0)),
            None if self.to_string().len() > TEXT_BYTES_MAX => Err(Fault::TooLong.at(0)),
            None => Ok(self),
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::And(members) | Self::Or(members) => 1 + members.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(inner) => 1 + inner.depth(),
            Self::Term(_) => 0,
        }
    }
}

fn opposite(tidy: Filter) -> Filter {
    match tidy {
        Filter::Not(inner) => *inner,
        Filter::Term(Term { field, test }) => match test.opposite() {
            Some(test) => Filter::term(field, test),
            None => Filter::Not(Box::new(Filter::term(field, test))),
        },
        group => Filter::Not(Box::new(group)),
    }
}

fn every(members: impl Iterator<Item = Filter>) -> Filter {
    let mut flat = Vec::new();
    for member in members {
        match member {
            Filter::And(inner) => flat.extend(inner),
            nothing if nothing.is_nothing() => return nothing,
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Filter::And(flat) }
}

fn any(members: impl Iterator<Item = Filter>) -> Filter {
    let mut flat = Vec::new();
    for member in members {
        match member {
            Filter::Or(inner) => flat.extend(inner),
            all if all.is_all() => return all,
            nothing if nothing.is_nothing() => {}
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => Filter::nothing(),
        1 => flat.remove(0),
        _ => Filter::Or(flat),
    }
}

fn in_order<T: Ord>(mut members: Vec<T>) -> Vec<T> {
    members.sort();
    members.dedup();
    members
}

/// Why a term cannot be.
fn impossible(term: &Term) -> Option<Fault> {
    let field = term.field.clone().bounded(0).err().map(|error| error.kind);
    field.or(match &term.test {
        Test::In(list) | Test::NotIn(list) if list.is_empty() => Some(Fault::ListEmpty),
        Test::In(list) | Test::NotIn(list) if list.len() > LIST_MAX => Some(Fault::ListTooLong),
        Test::Contains(piece) | Test::NotContains(piece) | Test::Starts(piece) | Test::NotStarts(piece) if piece.text().is_empty() => {
            Some(Fault::TextEmpty)
        }
        test if test.compares() && !term.field.may_be_number() => Some(Fault::TextCompared),
        _ => None,
    })
}
