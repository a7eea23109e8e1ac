//! From text to filter: `or` binds weakest, then terms side by side or with `and`, then `not`.

use super::fault::{Fault, FilterError};
use super::word::{eat_keyword, key, value, word};
use super::{DEPTH_MAX, Field, Filter, LIST_MAX, Literal, Number, Piece, TERMS_MAX, TEXT_BYTES_MAX, Term, Test, search};
use crate::scan::{Cursor, characters};

/// Characters of what was written that an error repeats.
const EXCERPT_CHARS: usize = 40;

/// Reads a filter. Nothing, or only space, is the filter that everything matches.
///
/// # Errors
/// Says where it is no filter, and what to write.
pub(super) fn filter(text: &str) -> Result<Filter, FilterError> {
    read(text, false)
}

/// Reads what is looked for in log records: words alone are pieces of the body.
///
/// # Errors
/// As [`filter`].
pub(super) fn search(text: &str) -> Result<Filter, FilterError> {
    read(text, true)
}

fn read(text: &str, searched: bool) -> Result<Filter, FilterError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Fault::TooLong.at(characters(text, TEXT_BYTES_MAX)));
    }
    let mut parser = Parser { cursor: Cursor::new(text), depth: 0, terms: 0, searched };
    let read = parser.whole().map_err(|error| FilterError { at: characters(text, error.at), ..error })?;
    read.tidy().bounded()
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    /// Open parentheses and `not`s.
    depth: usize,
    terms: usize,
    /// Of log records: words alone are looked for.
    searched: bool,
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Filter, FilterError> {
        self.cursor.skip_space();
        if self.cursor.peek().is_none() {
            return Ok(Filter::all());
        }
        let filter = self.alternatives()?;
        match self.cursor.peek() {
            None => Ok(filter),
            Some(')') => self.refuse(Fault::ParenthesisExtra),
            Some(_) => self.refuse(Fault::Unexpected),
        }
    }

    fn alternatives(&mut self) -> Result<Filter, FilterError> {
        let mut members = vec![self.conjunction()?];
        while eat_keyword(&mut self.cursor, "or") {
            members.push(self.conjunction()?);
        }
        Ok(if members.len() == 1 { members.remove(0) } else { Filter::Or(members) })
    }

    fn conjunction(&mut self) -> Result<Filter, FilterError> {
        let mut members = vec![self.factor()?];
        while eat_keyword(&mut self.cursor, "and") || self.another() {
            members.push(self.factor()?);
        }
        Ok(if members.len() == 1 { members.remove(0) } else { Filter::And(members) })
    }

    /// Whether another term stands here, without an `and` before it.
    fn another(&mut self) -> bool {
        self.cursor.skip_space();
        let mut ahead = self.cursor;
        !matches!(self.cursor.peek(), None | Some(')')) && !eat_keyword(&mut ahead, "or")
    }

    fn factor(&mut self) -> Result<Filter, FilterError> {
        self.cursor.skip_space();
        let mut ahead = self.cursor;
        match self.cursor.peek() {
            None | Some(')') => self.refuse(Fault::TermMissing),
            Some(_) if eat_keyword(&mut ahead, "or") || eat_keyword(&mut ahead, "and") => self.refuse(Fault::TermMissing),
            Some('(') => self.nested(Self::group),
            Some('!' | '-') => self.nested(Self::negation),
            Some(_) if eat_keyword(&mut ahead, "not") && !(self.searched && self.is_word(ahead)) => self.nested(|parser| {
                parser.cursor = ahead;
                parser.factor().map(|inner| Filter::Not(Box::new(inner)))
            }),
            Some(_) => self.term().map(Filter::Term),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Filter, FilterError>) -> Result<Filter, FilterError> {
        if self.depth == DEPTH_MAX {
            return self.refuse(Fault::TooDeep);
        }
        self.depth += 1;
        let inner = read(self);
        self.depth -= 1;
        inner
    }

    fn group(&mut self) -> Result<Filter, FilterError> {
        let open = self.cursor.at();
        self.cursor.next();
        self.cursor.skip_space();
        if self.cursor.eat(")") {
            return Ok(Filter::all());
        }
        let inner = self.alternatives()?;
        match self.cursor.peek() {
            Some(')') => {
                self.cursor.next();
                Ok(inner)
            }
            None => Err(Fault::ParenthesisOpen.at(open)),
            Some(_) => self.refuse(Fault::Unexpected),
        }
    }

    /// `!country:DE` and `-country:DE`, as other products write it.
    fn negation(&mut self) -> Result<Filter, FilterError> {
        self.cursor.next();
        self.factor().map(|inner| Filter::Not(Box::new(inner)))
    }

    fn term(&mut self) -> Result<Term, FilterError> {
        if self.terms == TERMS_MAX {
            return self.refuse(Fault::TooManyTerms);
        }
        self.terms += 1;
        let start = self.cursor.at();
        let alone = if self.searched { word(&mut self.cursor.clone())? } else { None };
        let read = match (key(&mut self.cursor), alone.as_ref()) {
            // A phrase may be longer than a key.
            (Err(error), Some(text))
                if error.kind == Fault::KeyTooLong && self.cursor.peek().is_none_or(|c| c.is_whitespace() || c == ')') =>
            {
                return search::piece(text.clone()).ok_or(error);
            }
            (read, _) => read?,
        };
        let Some(field) = read else {
            return self.refuse(match self.cursor.peek() {
                Some(',') if self.searched => Fault::Unexpected,
                Some(',') => Fault::ListNeeded,
                _ => Fault::KeyMissing,
            });
        };
        let behind = self.cursor;
        self.cursor.skip_space();
        let operator = self.cursor.at();
        let test = if self.searched && field == search::level() { self.level(operator)? } else { self.test()? };
        let Some(test) = test else {
            if let Some(text) = alone {
                self.cursor = behind;
                return search::piece(text).ok_or_else(|| Fault::TextEmpty.at(start));
            }
            let error = Fault::KeyAlone.at(start);
            let field: String = field.to_string().chars().take(EXCERPT_CHARS).collect();
            return Err(FilterError { expected: format!("{} behind `{field}`", error.expected), ..error });
        };
        let test = if self.searched && field == Field::Trace { search::with_traces(test) } else { test };
        if test.compares() && !field.may_be_number() {
            return Err(Fault::TextCompared.at(operator));
        }
        Ok(Term { field, test })
    }

    /// Whether a word alone stands here, or nothing: `file not found` looks for three words.
    fn is_word(&self, at: Cursor<'_>) -> bool {
        let mut ahead = Parser { cursor: at, depth: 0, terms: 0, searched: true };
        ahead.cursor.skip_space();
        match ahead.cursor.peek() {
            None | Some(')') => true,
            Some('(' | '!' | '-') => false,
            Some(_) => {
                let read = key(&mut ahead.cursor);
                ahead.cursor.skip_space();
                read.is_ok_and(|key| key.is_some()) && matches!(ahead.test(), Ok(None))
            }
        }
    }

    /// What stands behind `level` in a search. Levels have an order: `level>=warning` is `level in (warning, error, fatal)`.
    fn level(&mut self, operator: usize) -> Result<Option<Test>, FilterError> {
        let before = self.cursor;
        self.cursor.eat(":");
        if let Some(sign) = [">=", "<=", ">", "<"].into_iter().find(|sign| self.cursor.eat(sign)) {
            self.cursor.skip_space();
            let at = self.cursor.at();
            let than = value(&mut self.cursor)?;
            return search::levels(sign, &than).map(Some).ok_or_else(|| Fault::LevelNeeded.at(at));
        }
        self.cursor = before;
        let test = self.test()?;
        test.map(|test| search::with_levels(test).ok_or_else(|| Fault::LevelNeeded.at(operator))).transpose()
    }

    /// The operator and what follows it; `None` when there is no operator.
    fn test(&mut self) -> Result<Option<Test>, FilterError> {
        let colon = self.cursor.eat(":");
        if let Some(sign) = ["!=", ">=", "<=", ">", "<", "==", "="].into_iter().find(|sign| self.cursor.eat(sign)) {
            return self.signed(sign).map(Some);
        }
        if colon {
            return self.equality().map(Some);
        }
        self.worded()
    }

    fn signed(&mut self, sign: &str) -> Result<Test, FilterError> {
        match sign {
            ">=" => self.number().map(Test::AtLeast),
            "<=" => self.number().map(Test::AtMost),
            ">" => self.number().map(Test::Above),
            "<" => self.number().map(Test::Below),
            "!=" => self.equality().map(|test| test.opposite().unwrap_or(test)),
            _ => self.equality(),
        }
    }

    /// What stands behind `:`: a value, a list, or `*` alone for any value.
    fn equality(&mut self) -> Result<Test, FilterError> {
        self.cursor.skip_space();
        let mut ahead = self.cursor;
        match self.cursor.peek() {
            Some('(') => self.list(),
            Some('*') if ahead.eat("*") && ahead.peek().is_none_or(|c| c.is_whitespace() || c == ')') => {
                self.cursor = ahead;
                Ok(Test::Exists)
            }
            _ => value(&mut self.cursor).map(Test::is),
        }
    }

    fn worded(&mut self) -> Result<Option<Test>, FilterError> {
        if !self.searched && eat_keyword(&mut self.cursor, "is") {
            let not = eat_keyword(&mut self.cursor, "not");
            let test = self.equality()?;
            return Ok(if not { test.opposite() } else { Some(test) });
        }
        let before = self.cursor;
        if eat_keyword(&mut self.cursor, "not") {
            let test = self.plain_worded()?;
            if test.is_none() {
                self.cursor = before;
            }
            return Ok(test.and_then(|test| test.opposite()));
        }
        self.plain_worded()
    }

    fn plain_worded(&mut self) -> Result<Option<Test>, FilterError> {
        let mut ahead = self.cursor;
        let is_list = eat_keyword(&mut ahead, "in") && {
            ahead.skip_space();
            !self.searched || ahead.peek() == Some('(')
        };
        let cursor = &mut self.cursor;
        if is_list && eat_keyword(cursor, "in") {
            return self.list().map(Some);
        }
        if eat_keyword(cursor, "contains") {
            return self.piece().map(|piece| Some(Test::Contains(piece)));
        }
        if eat_keyword(cursor, "starts") {
            eat_keyword(cursor, "with");
            return self.piece().map(|piece| Some(Test::Starts(piece)));
        }
        if eat_keyword(cursor, "exists") {
            return Ok(Some(Test::Exists));
        }
        Ok(eat_keyword(cursor, "absent").then_some(Test::Absent))
    }

    fn list(&mut self) -> Result<Test, FilterError> {
        self.cursor.skip_space();
        let open = self.cursor.at();
        if !self.cursor.eat("(") {
            return self.refuse(Fault::ListNeeded);
        }
        let mut values = Vec::new();
        loop {
            self.cursor.skip_space();
            match self.cursor.peek() {
                Some(')') if values.is_empty() => return self.refuse(Fault::ListEmpty),
                None => return Err(Fault::ParenthesisOpen.at(open)),
                _ if values.len() == LIST_MAX => return self.refuse(Fault::ListTooLong),
                _ => values.push(Literal::new(value(&mut self.cursor)?)),
            }
            self.cursor.skip_space();
            match self.cursor.peek() {
                Some(',') => self.cursor.next(),
                Some(')') => {
                    self.cursor.next();
                    return Ok(Test::In(values));
                }
                None => return Err(Fault::ParenthesisOpen.at(open)),
                Some(_) => return self.refuse(Fault::ListNeeded),
            };
        }
    }

    fn number(&mut self) -> Result<Number, FilterError> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        let text = value(&mut self.cursor)?;
        Number::spelled(&text).ok_or_else(|| Fault::NumberNeeded.at(at))
    }

    fn piece(&mut self) -> Result<Piece, FilterError> {
        self.cursor.skip_space();
        let at = self.cursor.at();
        let text = value(&mut self.cursor)?;
        if text.is_empty() { Err(Fault::TextEmpty.at(at)) } else { Ok(Piece::new(text)) }
    }

    fn refuse<T>(&self, fault: Fault) -> Result<T, FilterError> {
        Err(fault.at(self.cursor.at()))
    }
}

/// A field in a query of its own: `by=country`, with the same words and the same `props.` as in a filter.
///
/// # Errors
/// No key, more than a key, or one too long.
pub(super) fn field(text: &str) -> Result<Field, FilterError> {
    let mut cursor = Cursor::new(text);
    let read = key(&mut cursor).and_then(|field| match field {
        None => Err(Fault::KeyMissing.at(cursor.at())),
        Some(_) if cursor.peek().is_some() => Err(Fault::Unexpected.at(cursor.at())),
        Some(field) => Ok(field),
    });
    read.map_err(|error| FilterError { at: characters(text, error.at), ..error })
}
