//! From a text to tokens, each with its place.

use super::error::{Fault, ParseError};
use super::primitive::Binary;

/// The longest text that is read, in characters.
pub(super) const LONGEST: usize = 10_000;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Open,
    Close,
    Operator(Binary),
    /// The end of the text.
    End,
}

impl Token {
    /// How a message calls it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::Operator(binary) => format!("`{binary}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// The tokens with their places in characters; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ParseError> {
    let fault = |position, fault| ParseError { text: text.to_owned(), position, fault };
    let characters: Vec<char> = text.chars().collect();
    if characters.len() > LONGEST {
        return Err(fault(LONGEST, Fault::TooLong(LONGEST)));
    }
    let mut tokens = Vec::new();
    let mut position = 0;
    while let Some(&character) = characters.get(position) {
        let start = position;
        position += 1;
        let token = match character {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '+' => Token::Operator(Binary::Sum),
            '-' => Token::Operator(Binary::Difference),
            '*' => Token::Operator(Binary::Product),
            c if is_name(c) => {
                position += characters[position..].iter().take_while(|&&c| is_name(c)).count();
                Token::Name(characters[start..position].iter().collect())
            }
            other => return Err(fault(start, Fault::Character(other))),
        };
        tokens.push((start, token));
    }
    tokens.push((characters.len(), Token::End));
    Ok(tokens)
}

const fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
