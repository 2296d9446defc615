//! From tokens to an expression, by recursive descent.
//!
//! ```text
//! expression = [ "total" | "average" ] "(" sum ")" | sum
//! sum        = product { ("+" | "-") product }
//! product    = operand { "*" operand }
//! operand    = input | function "(" sum ")" | "mean" "(" sum ")" | "(" sum ")"
//! ```
//!
//! Types are checked on the way, while places are at hand. Operations of one rank are read from the left.

use std::str::FromStr;

use super::error::{Fault, ParseError};
use super::expression::{Expression, Reduction, Series, Tensors};
use super::lexer::{Token, tokens};
use super::primitive::{Binary, Input, Unary};

/// Brackets that may stand inside each other; what is deeper would only endanger the stack.
const DEEPEST: usize = 100;

impl FromStr for Expression {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let tokens = tokens(text)?;
        Parser { tokens: &tokens, next: 0, depth: 0 }.expression().map_err(|(position, fault)| ParseError {
            text: text.to_owned(),
            position,
            fault,
        })
    }
}

/// What is wrong and where.
type Fails<T> = Result<T, (usize, Fault)>;

/// What a part of an expression is.
enum Part {
    Tensors(Tensors),
    Series(Series),
}

struct Parser<'a> {
    /// The last one is the end, and is never passed.
    tokens: &'a [(usize, Token)],
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> (usize, &Token) {
        match self.tokens.get(self.next) {
            Some((position, token)) => (*position, token),
            None => (0, &Token::End),
        }
    }

    fn take(&mut self) -> (usize, Token) {
        let (position, token) = self.peek();
        let token = token.clone();
        if token != Token::End {
            self.next += 1;
        }
        (position, token)
    }

    fn expect(&mut self, wanted: &Token, words: &'static str) -> Fails<()> {
        let (position, found) = self.take();
        if found == *wanted {
            return Ok(());
        }
        Err((position, Fault::Expected { wanted: words, found: found.describe() }))
    }

    fn expression(&mut self) -> Fails<Expression> {
        let (start, _) = self.peek();
        let named = match self.peek().1 {
            Token::Name(name) => reduction(name),
            _ => None,
        };
        let (start, part) = if named.is_some() {
            self.take();
            self.expect(&Token::Open, "`(`")?;
            let inner = (self.peek().0, self.sum()?);
            self.expect(&Token::Close, "`)`, `+`, `-` or `*`")?;
            inner
        } else {
            (start, self.sum()?)
        };
        self.expect(&Token::End, "`+`, `-`, `*` or the end")?;
        match part {
            Part::Series(series) => Ok(Expression { reduction: named.unwrap_or_default(), series }),
            Part::Tensors(_) => Err((start, Fault::NoMean)),
        }
    }

    fn sum(&mut self) -> Fails<Part> {
        self.operations(|binary| binary != Binary::Product, Self::product)
    }

    fn product(&mut self) -> Fails<Part> {
        self.operations(|binary| binary == Binary::Product, Self::operand)
    }

    /// Operands with operators of one rank between them.
    fn operations(&mut self, own: fn(Binary) -> bool, operand: fn(&mut Self) -> Fails<Part>) -> Fails<Part> {
        let mut left = operand(self)?;
        while let (position, &Token::Operator(binary)) = self.peek() {
            if !own(binary) {
                break;
            }
            self.take();
            let right = operand(self)?;
            left = match (left, right) {
                (Part::Tensors(left), Part::Tensors(right)) => {
                    Part::Tensors(Tensors::Binary(binary, Box::new(left), Box::new(right)))
                }
                (Part::Series(left), Part::Series(right)) => {
                    Part::Series(Series::Binary(binary, Box::new(left), Box::new(right)))
                }
                _ => return Err((position, Fault::Mixed(binary.as_str()))),
            };
        }
        Ok(left)
    }

    fn operand(&mut self) -> Fails<Part> {
        let (position, token) = self.take();
        match token {
            Token::Open => self.bracket(position),
            Token::Name(name) if *self.peek().1 == Token::Open => {
                let function = function(&name).map_err(|fault| (position, fault))?;
                self.take();
                let Part::Tensors(argument) = self.bracket(position)? else {
                    return Err((position, Fault::TakesTensors(name)));
                };
                Ok(match function {
                    Function::Mean => Part::Series(Series::Mean(argument)),
                    Function::Unary(unary) => Part::Tensors(argument.then(unary)),
                })
            }
            Token::Name(name) => match Input::named(&name) {
                Some(input) => Ok(Part::Tensors(Tensors::Input(input))),
                None => Err((
                    position,
                    match function(&name) {
                        Ok(_) => Fault::NoArgument(name),
                        Err(fault) => fault,
                    },
                )),
            },
            other => {
                let wanted = "an input, a function or `(`";
                Err((position, Fault::Expected { wanted, found: other.describe() }))
            }
        }
    }

    /// What follows an opened bracket, with the bracket that closes it.
    fn bracket(&mut self, position: usize) -> Fails<Part> {
        if self.depth == DEEPEST {
            return Err((position, Fault::TooDeep(DEEPEST)));
        }
        self.depth += 1;
        let part = self.sum()?;
        self.depth -= 1;
        self.expect(&Token::Close, "`)`, `+`, `-` or `*`")?;
        Ok(part)
    }
}

/// A function of tensors.
enum Function {
    Mean,
    Unary(Unary),
}

fn function(name: &str) -> Result<Function, Fault> {
    match (name, Unary::named(name)) {
        ("mean", _) => Ok(Function::Mean),
        ("total", _) => Err(Fault::ReductionInside("total")),
        ("average", _) => Err(Fault::ReductionInside("average")),
        (_, Some(unary)) => Ok(Function::Unary(unary)),
        (_, None) => Err(Input::named(name).map_or_else(|| Fault::unknown(name), Fault::Argument)),
    }
}

fn reduction(name: &str) -> Option<Reduction> {
    match name {
        "total" => Some(Reduction::Total),
        "average" => Some(Reduction::Average),
        _ => None,
    }
}
