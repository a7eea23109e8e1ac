//! From text to formula: `*` and `/` bind stronger than `+` and `-`, a sign strongest; all from left to right.

use super::{DEPTH_MAX, Formula, FormulaError, FormulaFault, Node, Operator, TEXT_BYTES_MAX};
use crate::scan::{Cursor, characters};

const SUM: &[(&str, Operator)] = &[("+", Operator::Plus), ("-", Operator::Minus), ("−", Operator::Minus)];
const PRODUCT: &[(&str, Operator)] = &[("*", Operator::Times), ("×", Operator::Times), ("/", Operator::Over), ("÷", Operator::Over)];

pub(super) fn formula(text: &str) -> Result<Formula, FormulaError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(FormulaFault::TooLong.at(characters(text, TEXT_BYTES_MAX)));
    }
    let mut parser = Parser { cursor: Cursor::new(text), depth: 0 };
    let node = parser.whole().map_err(|error| FormulaError { at: characters(text, error.at), ..error })?;
    let formula = Formula(node);
    if formula.letters().is_empty() {
        return Err(FormulaFault::SeriesMissing.at(0));
    }
    // `1e15` is short, its canonical text is not.
    if formula.to_string().len() > TEXT_BYTES_MAX { Err(FormulaFault::TooLong.at(0)) } else { Ok(formula) }
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    /// Open parentheses and signs.
    depth: usize,
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Node, FormulaError> {
        let node = self.sum()?;
        match self.cursor.peek() {
            None => Ok(node),
            Some(')') => self.refuse(FormulaFault::ParenthesisExtra),
            Some(_) => self.refuse(FormulaFault::OperatorMissing),
        }
    }

    fn sum(&mut self) -> Result<Node, FormulaError> {
        self.chain(SUM, Self::product)
    }

    fn product(&mut self) -> Result<Node, FormulaError> {
        self.chain(PRODUCT, Self::factor)
    }

    fn chain(&mut self, operators: &[(&str, Operator)], next: fn(&mut Self) -> Result<Node, FormulaError>) -> Result<Node, FormulaError> {
        let mut node = next(self)?;
        loop {
            self.cursor.skip_space();
            let Some((_, operator)) = operators.iter().find(|(sign, _)| self.cursor.eat(sign)) else { return Ok(node) };
            node = Node::Pair(*operator, Box::new(node), Box::new(next(self)?));
        }
    }

    fn factor(&mut self) -> Result<Node, FormulaError> {
        self.cursor.skip_space();
        match self.cursor.peek() {
            Some('-' | '−') => self.nested(|parser| parser.factor().map(|inner| Node::Negative(Box::new(inner)))),
            Some('(') => self.nested(Self::group),
            Some('0'..='9' | '.') => self.number(),
            Some(c) if c.is_alphabetic() => self.series(),
            _ => self.refuse(FormulaFault::ValueMissing),
        }
    }

    /// Goes past the sign or the parenthesis here and reads what it opens.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Node, FormulaError>) -> Result<Node, FormulaError> {
        if self.depth == DEPTH_MAX {
            return self.refuse(FormulaFault::TooDeep);
        }
        self.depth += 1;
        self.cursor.next();
        let inner = read(self);
        self.depth -= 1;
        inner
    }

    fn group(&mut self) -> Result<Node, FormulaError> {
        let inner = self.sum()?;
        match self.cursor.peek() {
            Some(')') => {
                self.cursor.next();
                Ok(inner)
            }
            None => self.refuse(FormulaFault::ParenthesisOpen),
            Some(_) => self.refuse(FormulaFault::OperatorMissing),
        }
    }

    /// An exponent has a small `e` and follows at once: `2E` lacks an operator.
    fn number(&mut self) -> Result<Node, FormulaError> {
        let start = self.cursor;
        self.cursor.take_while(|c| c.is_ascii_digit() || c == '.');
        let mut exponent = self.cursor;
        if exponent.eat("e") {
            let _ = exponent.eat("-") || exponent.eat("+");
            if !exponent.take_while(|c| c.is_ascii_digit()).is_empty() {
                self.cursor = exponent;
            }
        }
        let text = &start.rest()[..self.cursor.at() - start.at()];
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Node::Number(value)),
            _ => Err(FormulaFault::NumberUnreadable.at(start.at())),
        }
    }

    fn series(&mut self) -> Result<Node, FormulaError> {
        let at = self.cursor.at();
        match self.cursor.take_while(char::is_alphanumeric).as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => Ok(Node::Series(letter.to_ascii_uppercase() - b'A')),
            _ => Err(FormulaFault::SeriesUnknown.at(at)),
        }
    }

    fn refuse<T>(&self, fault: FormulaFault) -> Result<T, FormulaError> {
        Err(fault.at(self.cursor.at()))
    }
}
